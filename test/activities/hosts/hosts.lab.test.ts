import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { hosts } from '../../../activities/hosts/contract.ts';
import { ask } from '../../../activities/hosts/program/ask.ts';
import { encodeWord } from '../../../activities/hosts/program/operation.ts';
import { createSsh, type Ssh } from '../../../activities/hosts/ssh/ssh.ts';
import { createHostsSteps } from '../../../activities/hosts/steps.ts';
import { createKubernetesClients, type KubernetesClient } from '../../../activities/kubernetes/clients.ts';
import { readServiceRouting } from '../../../activities/kubernetes/services/routing.ts';
import { insideNode } from '../../../lab/node/inside-node.ts';
import { until } from '../../setup/until.ts';
import { applyContext, callContext, implemented, planContext } from './called.ts';

const LONG = 280_000;
const host = 'node-worker-3';
const unit = 'kube-proxy.service';
const kubeProxy = { host, unit };

interface LabFile {
  readonly nodes: readonly { readonly name: string; readonly address: string }[];
  readonly ssh: {
    readonly user: string;
    readonly readingKey: string;
    readonly changingKey: string;
    readonly knownHosts: string;
  };
  readonly kubeconfigs: { readonly read: string };
}

const node = { stateDirectory: '', node: host };
/** What root allows on the node, in place of what it allowed before. */
const allow = (...lines: string[]) =>
  insideNode(node, [
    'sh',
    '-c',
    'mkdir -p /etc/nightshift && umask 022 && printf "%s\\n" "$@" >/etc/nightshift/host.allow',
    'sh',
    ...lines,
  ]);

let cluster: KubernetesClient;
let reading: Ssh;
let changing: Ssh;
let steps: ReturnType<typeof implemented>;
/** As the cluster's API says, unless a test has it say something else. */
let routing = () => readServiceRouting(cluster.api, callContext());

beforeAll(() => {
  const file = process.env.TEST_LAB;
  if (!file) throw new Error('TEST_LAB is not set: run this through the jest project "lab"');
  const lab = JSON.parse(readFileSync(file, 'utf8')) as LabFile;
  node.stateDirectory = dirname(file);
  const ssh = (identityFile: string) =>
    createSsh({
      user: lab.ssh.user,
      port: 22,
      identityFile,
      knownHostsFile: lab.ssh.knownHosts,
      addresses: Object.fromEntries(lab.nodes.map(({ name, address }) => [name, address])),
      connectTimeoutMs: 30_000,
    });
  reading = ssh(lab.ssh.readingKey);
  changing = ssh(lab.ssh.changingKey);
  cluster = createKubernetesClients({ kubeconfig: lab.kubeconfigs.read });
  steps = implemented(
    createHostsSteps({ ssh: { read: reading, change: changing }, serviceRouting: () => routing() }),
  );
});
afterAll(async () => {
  await insideNode(node, ['rm', '-rf', '/etc/nightshift', '/etc/nightshift-test']);
  reading?.close();
  changing?.close();
  await cluster?.close();
});

test('serviceStatus says what systemd and the kernel have of kube-proxy', async () => {
  const status = await steps.read(hosts.serviceStatus, kubeProxy);
  expect(status).toMatchObject({
    loadState: 'loaded',
    activeState: 'active',
    clockAheadMs: 0,
    crashLooping: false,
  });
  expect(status.memory.currentBytes).toBeGreaterThan(1024 * 1024);
  expect(status.memory.peakBytes).toBeGreaterThanOrEqual(status.memory.currentBytes!);
  expect(status.hostKey).toMatch(/^SHA256:/);
});

test('a service that is not there is an answer, not a failure', async () => {
  const status = await steps.read(hosts.serviceStatus, { host, unit: 'nowhere.service' });
  expect(status).toMatchObject({ loadState: 'not-found', mainPid: null, activeSince: null });
});

test('journal counts patterns over the unit and shows the newest lines', async () => {
  const journal = await steps.read(hosts.journal, {
    ...kubeProxy,
    lines: 3,
    patterns: ['Started kube-proxy', 'never said'],
    lastMinutes: 1440,
  });
  expect(journal.entries).toHaveLength(3);
  expect(journal.linesRead).toBeGreaterThan(3);
  const [started, never] = journal.patterns;
  expect(started!.count).toBeGreaterThanOrEqual(1);
  expect(never).toEqual({ pattern: 'never said', count: 0, firstAt: null, lastAt: null, example: null });
});

test('what a host says of its processes, memory, sockets, kernel and files', async () => {
  const [processes, memory, sockets, kernel] = await Promise.all([
    steps.read(hosts.processList, { host, by: 'memory', matching: 'kube-proxy' }),
    steps.read(hosts.memoryPressure, kubeProxy),
    steps.read(hosts.sockets, { host, port: 6443 }),
    steps.read(hosts.kernelMessages, { host, lastMinutes: 1440 }),
  ]);
  expect(processes.processes[0]).toMatchObject({ name: 'kube-proxy', unit, user: 'root' });
  expect(processes.total).toBeGreaterThan(processes.matched);
  expect(memory.totalBytes).toBeGreaterThan(memory.unit!.currentBytes!);
  expect(memory.unit).toMatchObject({ name: unit, maxBytes: expect.any(Number) });
  const metrics = sockets.listening.find(({ port }) => port === 10249);
  expect(metrics).toMatchObject({ address: '127.0.0.1', owner: { name: 'kube-proxy' } });
  expect(sockets.connections).toContainEqual(
    expect.objectContaining({ state: 'ESTAB', owner: expect.objectContaining({ name: 'kubelet' }) }),
  );
  // The kernel's log is the machine's, and begins for a node when the node does: there may be nothing in it.
  expect(kernel.entries.length).toBeLessThanOrEqual(kernel.linesRead);

  const path = '/var/log/dpkg.log';
  const [tail, sum, gone] = await Promise.all([
    steps.read(hosts.fileTail, { host, path, lines: 2 }),
    steps.read(hosts.checksum, { host, path }),
    steps.read(hosts.checksum, { host, path: '/etc/nowhere' }),
  ]);
  expect([tail.found, tail.lines.length]).toEqual([true, 2]);
  expect(sum).toMatchObject({ bytes: tail.bytes, sha256: expect.stringMatching(/^[0-9a-f]{64}$/) });
  expect(gone).toMatchObject({ found: false, sha256: null });
  await expect(steps.read(hosts.fileTail, { host, path: '/etc/shadow' })).rejects.toMatchObject({
    kind: 'refused',
    next: expect.stringContaining('host.allow'),
  });
});

test('iptablesRules and connectFromHost agree with the cluster', async () => {
  const { services, hasServiceChain } = await steps.read(hosts.iptablesRules, {
    host,
    service: 'default/kubernetes',
  });
  expect(hasServiceChain).toBe(true);
  expect(services).toHaveLength(1);
  const { clusterIP, port } = services[0]!;
  expect(await steps.read(hosts.connectFromHost, { host, address: clusterIP, port })).toMatchObject({
    verdict: 'pass',
    outcome: 'connected',
  });
  expect(await steps.read(hosts.connectFromHost, { host, address: '127.0.0.1', port: 1 })).toMatchObject({
    verdict: 'fail',
    outcome: 'refused',
  });
});

test('kubeProxySynced passes on the node, and names a Service that the node lacks', async () => {
  const synced = await steps.read(
    hosts.waitForKubeProxySync,
    { host, withinSeconds: 240 },
    { withinMs: LONG },
  );
  expect([synced.verdict, synced.reason]).toEqual(['pass', expect.stringContaining('has synced')]);
  const real = routing;
  try {
    const [first, ...others] = await real();
    routing = () =>
      Promise.resolve([{ ...first!, service: 'ghost', clusterIPs: ['10.96.255.254'] }, first!, ...others]);
    let lacking = await steps.read(hosts.kubeProxySynced, { host });
    // A Service of somebody else may be on its way to the node at that moment.
    await until(
      async () => {
        lacking = await steps.read(hosts.kubeProxySynced, { host });
        return lacking.differing === 1;
      },
      () => JSON.stringify(lacking),
    );
    expect(lacking).toMatchObject({
      verdict: 'fail',
      differences: [{ service: expect.stringContaining('/ghost') }],
    });
    routing = () => Promise.reject(new Error('timed out'));
    const away = await steps.read(hosts.kubeProxySynced, { host });
    expect([away.verdict, away.reason]).toEqual([
      'unknown',
      expect.stringContaining('API server did not say'),
    ]);
  } finally {
    routing = real;
  }
});

test('a limit is planned, set once, found by its probe, and put back by its undo', async () => {
  const step = steps.change(hosts.setServiceLimit);
  const before = await steps.read(hosts.serviceStatus, kubeProxy);
  const input = { ...kubeProxy, memoryMax: '200M' };
  const operation = `test/${randomUUID()}/1/change-0`;
  const { diff, preconditions, preimage } = await step.plan(input, planContext(operation));
  expect(diff[0]).toMatchObject({ path: 'kube-proxy.service MemoryMax', after: '200M' });
  expect(await step.probe(input, preconditions, applyContext(operation))).toEqual({ state: 'not-applied' });

  const applied = await step.apply(input, preconditions, applyContext(operation));
  expect(applied).toMatchObject({ outcome: 'applied', output: { memoryMaxBytes: 200 * 1024 * 1024 } });
  expect(await step.probe(input, preconditions, applyContext(operation))).toMatchObject({
    state: 'applied',
  });
  expect((await steps.read(hosts.serviceStatus, kubeProxy)).memory.maxBytes).toBe(200 * 1024 * 1024);

  const again = step.apply(
    { ...input, memoryMax: '300M' },
    preconditions,
    applyContext(`${operation}-other`),
  );
  await expect(again).rejects.toMatchObject({
    kind: 'conflict',
    message: expect.stringContaining('another memory limit'),
  });

  const undo = step.undo!(preimage, { input, operation })!;
  const back = undo.change.input as typeof input;
  await step.apply(back, undo.preconditions as typeof preconditions, applyContext(`${operation}-undo`));
  const after = await steps.read(hosts.serviceStatus, kubeProxy);
  expect([after.memory.maxBytes, after.dropIns]).toEqual([before.memory.maxBytes, before.dropIns]);
});

test('a restart acts once however often it is sent, and the node syncs again', async () => {
  const started = async () =>
    (await steps.read(hosts.journal, { ...kubeProxy, lines: 0, patterns: ['^Started kube-proxy'] }))
      .patterns[0]!.count;
  const startedBefore = await started();
  const step = steps.change(hosts.restartService);
  const operation = `test/${randomUUID()}/1/change-1`;
  const { preconditions } = await step.plan(kubeProxy, planContext(operation));
  const [first, ...others] = await Promise.all(
    [1, 2, 3].map(() => step.apply(kubeProxy, preconditions, applyContext(operation))),
  );
  for (const other of others) expect(other).toEqual(first);
  // The host's journal is the independent observer; it is written a moment later.
  await until(
    async () => (await started()) > startedBefore,
    () => 'the journal has no start',
  );
  const { startedAt, invocationId } = first!.output;
  const status = await steps.read(hosts.serviceStatus, kubeProxy);
  expect([status.invocationId, status.mainStartedAt]).toEqual([invocationId, startedAt]);

  const synced = await steps.read(
    hosts.waitForKubeProxySync,
    { host, since: startedAt, withinSeconds: 240 },
    { withinMs: LONG },
  );
  expect(await started()).toBe(startedBefore + 1);
  expect([synced.verdict, synced.reason]).toEqual(['pass', expect.any(String)]);
  const later = new Date(Date.parse(startedAt) + 3_600_000).toISOString();
  expect(await steps.read(hosts.kubeProxySynced, { host, since: later })).toMatchObject({
    verdict: 'fail',
    reason: expect.stringContaining('before the restart'),
  });

  const stale = step.apply(kubeProxy, preconditions, applyContext(`${operation}-late`));
  await expect(stale).rejects.toMatchObject({
    kind: 'conflict',
    message: expect.stringContaining('restarted since the plan'),
  });
});

test('a command that root has allowed runs once, is not taken apart, and one that is not allowed is no plan', async () => {
  await allow('run /usr/bin/printf **', 'run /bin/sleep *');
  const step = steps.change(hosts.run);
  const input = {
    host,
    command: ['/usr/bin/printf', '[%s]', "it's $(id) `id`", 'a  b', ''],
    withinSeconds: 60,
  } as const;
  const operation = `test/${randomUUID()}/1/change-0`;
  const { preconditions, diff } = await step.plan(
    { ...input, command: [...input.command] },
    planContext(operation),
  );
  expect(diff[0]!.after).toContain('$(id)');
  const apply = () =>
    step.apply({ ...input, command: [...input.command] }, preconditions, applyContext(operation));
  const [first, second] = await Promise.all([apply(), apply()]);
  expect(first.output).toMatchObject({
    exitCode: 0,
    timedOut: false,
    stdout: "[it's $(id) `id`][a  b][]",
    stderr: '',
  });
  expect(second.output).toMatchObject({ stdout: first.output.stdout });

  const reboot = { host, command: ['/sbin/reboot'] as [string], withinSeconds: 5 };
  await expect(step.plan(reboot, planContext('x'))).rejects.toMatchObject({
    kind: 'refused',
    next: expect.stringContaining('host.allow'),
  });
  await expect(step.apply(reboot, preconditions, applyContext(`${operation}-r`))).rejects.toMatchObject({
    kind: 'refused',
  });

  const long = { host, command: ['/bin/sleep', '300'] as [string, string], withinSeconds: 1 };
  const ended = await step.apply(long, preconditions, applyContext(`${operation}-l`));
  expect(ended.output).toMatchObject({ exitCode: 124, timedOut: true });
});

test('a command whose connection is lost goes on, and its result on the host settles it', async () => {
  await allow('run /bin/sleep *');
  const step = steps.change(hosts.run);
  const input = { host, command: ['/bin/sleep', '5'] as [string, string], withinSeconds: 60 };
  const operation = `test/${randomUUID()}/1/change-0`;
  const { preconditions } = await step.plan(input, planContext(operation));
  const context = applyContext(operation);
  const applying = step.apply(input, preconditions, context).catch((error: unknown) => error);
  const probe = () => step.probe(input, preconditions, context);
  await until(
    async () => (await probe()).state !== 'not-applied',
    () => 'it never begins',
  );
  changing.close();
  expect(await applying).toMatchObject({ kind: 'unknown-outcome' });
  await until(
    async () => (await probe()).state !== 'unknown',
    () => 'it never ends',
  );
  expect(await probe()).toMatchObject({ state: 'applied', output: { exitCode: 0 } });
});

test('a file is uploaded over what was looked at, and its undo brings that back', async () => {
  await allow('upload /etc/nightshift-test', 'checksum /etc');
  await insideNode(node, [
    'sh',
    '-c',
    'mkdir -p /etc/nightshift-test; printf "a=1\\nb=2\\n" > /etc/nightshift-test/app.conf',
  ]);
  const step = steps.change(hosts.upload);
  const path = '/etc/nightshift-test/app.conf';
  const input = { host, path, content: "a=1\nb=3 # it's $(id)\n", mode: '0600', owner: 'root:root' };
  const operation = `test/${randomUUID()}/1/change-0`;
  const { preconditions, preimage, diff } = await step.plan(input, planContext(operation));
  expect(diff).toEqual([
    { path: `${path} from line 2`, before: 'b=2', after: "b=3 # it's $(id)" },
    { path: `${path} mode`, before: '0644', after: '0600' },
  ]);
  const { output } = await step.apply(input, preconditions, applyContext(operation));
  const now = await steps.read(hosts.checksum, { host, path });
  expect([now.sha256, now.mode]).toEqual([output.sha256, '0600']);
  expect(await step.probe(input, preconditions, applyContext(operation))).toMatchObject({
    state: 'applied',
  });
  // The content that the plan rests on is gone.
  await expect(
    step.apply({ ...input, content: 'x' }, preconditions, applyContext(`${operation}-2`)),
  ).rejects.toMatchObject({ kind: 'conflict' });

  // As large as it may be: more would not fit into a command.
  const large = { ...input, path: '/etc/nightshift-test/large', content: 'x'.repeat(64 * 1024) };
  const planned = await step.plan(large, planContext(`${operation}-3`));
  await step.apply(large, planned.preconditions, applyContext(`${operation}-3`));
  expect(await steps.read(hosts.checksum, { host, path: large.path })).toMatchObject({ bytes: 64 * 1024 });

  const undo = step.undo!(preimage, { input, operation })!;
  const restore = steps.change(hosts.restoreFile);
  await restore.apply(
    undo.change.input as never,
    undo.preconditions as never,
    applyContext(`${operation}-undo`),
  );
  const after = await steps.read(hosts.checksum, { host, path });
  expect([after.sha256, after.mode]).toEqual([preconditions.sha256, '0644']);
  await expect(step.plan({ ...input, path: '/etc/passwd' }, planContext('x'))).rejects.toMatchObject({
    kind: 'refused',
  });
});

test('an operation that has expired by the host clock, and one that a later attempt has overtaken, do nothing', async () => {
  const step = steps.change(hosts.restartService);
  const status = await steps.read(hosts.serviceStatus, kubeProxy);
  const operation = `test/${randomUUID()}/1/change-0`;
  const { preconditions } = await step.plan(kubeProxy, planContext(operation));
  const { hostKey, bootId } = preconditions;
  const send = (attempt: number, expires: number) =>
    changing.run(
      host,
      [
        'change',
        'restart',
        operation,
        attempt,
        expires,
        'test',
        bootId,
        unit,
        'invocation',
        status.invocationId,
      ].join(' '),
      { ...callContext(), effect: 'change', limitMs: 30_000, maxBytes: 10_000, hostKey },
    );
  const hostNow = Math.floor(Date.parse(status.hostTime) / 1000);
  expect((await send(2, hostNow - 1)).stdout).toMatch(/state=refused\nreason=expired/);
  expect((await send(1, hostNow + 60)).stdout).toMatch(/state=refused\nreason=superseded/);
  expect((await steps.read(hosts.serviceStatus, kubeProxy)).invocationId).toBe(status.invocationId);
});

test('another boot, and another host key, are conflicts', async () => {
  const { preconditions } = await steps.change(hosts.restartService).plan(kubeProxy, planContext('x'));
  const step = steps.change(hosts.restartService);
  const operation = () => applyContext(`test/${randomUUID()}/1/change-0`);
  const rebooted = { ...preconditions, bootId: '00000000-0000-0000-0000-000000000000' };
  await expect(step.apply(kubeProxy, rebooted, operation())).rejects.toMatchObject({
    kind: 'conflict',
    message: expect.stringContaining('rebooted'),
  });
  await expect(
    step.apply(kubeProxy, { ...preconditions, hostKey: 'SHA256:other' }, operation()),
  ).rejects.toMatchObject({ kind: 'conflict', message: expect.stringContaining('another machine') });
});

test('the same operation with another command is refused', async () => {
  const { preconditions } = await steps.change(hosts.restartService).plan(kubeProxy, planContext('x'));
  const { hostKey, bootId } = preconditions;
  const operation = `test/${randomUUID()}/1/change-0`;
  const expires = Math.floor(Date.now() / 1000) + 60;
  const send = (invocation: string) =>
    changing.run(
      host,
      `change restart ${operation} 1 ${expires} test ${bootId} ${unit} invocation ${invocation}`,
      { ...callContext(), effect: 'change', limitMs: 30_000, maxBytes: 10_000, hostKey },
    );
  expect((await send('0'.repeat(32))).stdout).toMatch(/reason=other-invocation/);
  expect((await send('1'.repeat(32))).stdout).toMatch(/reason=other-command/);
  expect((await send('0'.repeat(32))).stdout).toMatch(/reason=other-invocation[\s\S]*replayed=yes/);
});

test.each([
  'change restart a 1 9 w any x.service invocation 00',
  'id',
  'sh -c id',
  'read within 5 status x.service; id',
  '/bin/sh',
])('the reading key cannot do %j', async (line) => {
  const ran = await reading.run(host, line, {
    ...callContext(),
    effect: 'read',
    limitMs: 30_000,
    maxBytes: 10_000,
  });
  expect([ran.code, ran.stdout]).toEqual([64, '']);
});

test('a change that loses its connection in the middle is settled by the record on the host', async () => {
  const step = steps.change(hosts.restartService);
  const operation = `test/${randomUUID()}/1/change-0`;
  const { preconditions } = await step.plan(kubeProxy, planContext(operation));
  const context = applyContext(operation);
  const applying = step.apply(kubeProxy, preconditions, context).catch((error: unknown) => error);
  // The change waits for its answer; the connection goes away under it.
  const state = async () =>
    (
      await ask(
        reading,
        { host, words: ['result', encodeWord(operation), '1'], withinSeconds: 5 },
        callContext(),
      )
    ).lines[0];
  await until(
    async () => (await state()) !== 'state=not-seen',
    () => 'it never begins',
  );
  changing.close();
  const outcome = await applying;
  if (outcome instanceof Error) expect(outcome).toMatchObject({ kind: 'unknown-outcome' });
  await until(
    async () => (await state()) !== 'state=begun-no-result',
    () => 'it never ends',
  );
  expect(await step.probe(kubeProxy, preconditions, context)).toMatchObject({ state: 'applied' });
  const synced = await steps.read(
    hosts.waitForKubeProxySync,
    { host, withinSeconds: 240 },
    { withinMs: LONG },
  );
  expect(synced.verdict).toBe('pass');
});
