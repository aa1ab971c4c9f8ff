/** The runbooks in the real engine with the product's own steps, on faults that the lab really has. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSsh, type Ssh } from '../../activities/hosts/ssh/ssh.ts';
import { createHostsSteps } from '../../activities/hosts/steps.ts';
import type { ImplementedRead, ImplementedStep } from '../../activities/kit/index.ts';
import { createKubernetesClients, type KubernetesClient } from '../../activities/kubernetes/clients.ts';
import { createKubernetesSteps } from '../../activities/kubernetes/steps.ts';
import { createPrometheusSteps } from '../../activities/prometheus/steps.ts';
import { createTicketSteps } from '../../activities/tickets/steps.ts';
import { effectiveWrites, openAuditLog, type AuditLog } from '../../lab/audit-log.ts';
import type { Lab, LabDetails } from '../../lab/index.ts';
import { SHOP } from '../../lab/scenarios/shop.ts';
import { labUnderTest } from '../lab/lab-under-test.ts';
import { until } from '../setup/until.ts';
import { startEngine, type Engine, type Run } from '../workflows/harness.ts';
import { ON_CALL } from './on-call.ts';

/** Later than every wait of a scenario and of `until`, which say what was missing. */
const LIMIT = 10 * 60_000;

let lab: Lab;
let details: LabDetails;
let keys: { read: Ssh; change: Ssh };
let folder: string;
let audit: AuditLog;
let clients: { read: KubernetesClient; change: KubernetesClient };
let steps: ImplementedStep[];
let engine: Engine;
let since: Date;

beforeAll(async () => {
  ({ lab, details } = await labUnderTest());
  audit = openAuditLog(details.auditLog);
  const { probeNamespace, probeImage, debugImage } = details.workload;
  const client = (kubeconfig: string) =>
    createKubernetesClients({
      kubeconfig,
      requestTimeoutMs: 60_000,
      probeNamespace,
      probeImage,
      debugImage,
      imagePullPolicy: 'Never',
    });
  clients = { read: client(details.kubeconfigs.read), change: client(details.kubeconfigs.change) };
  const { readingKey, changingKey } = details.ssh;
  keys = { read: ssh(readingKey), change: ssh(changingKey) };
  folder = await mkdtemp(join(tmpdir(), 'tickets-'));
  steps = [
    ...createKubernetesSteps(clients),
    ...createPrometheusSteps({ url: details.prometheus.url }),
    ...createHostsSteps({
      ssh: keys,
      serviceRouting: async () => {
        throw new Error('no runbook of this file asks for it');
      },
    }),
    ...createTicketSteps({ folder }),
  ];
  engine = await startEngine({
    entry: new URL('../../worker/entry.ts', import.meta.url),
    steps,
    people: ON_CALL,
  });
}, LIMIT);
afterAll(async () => {
  try {
    await engine.stop();
  } finally {
    await lab.heal();
  }
  for (const ssh of Object.values(keys)) ssh.close();
  await rm(folder, { recursive: true, force: true });
  await Promise.all([clients.read.close(), clients.change.close()]);
}, LIMIT);

const ssh = (identityFile: string) =>
  createSsh({
    user: details.ssh.user,
    port: 22,
    identityFile,
    knownHostsFile: details.ssh.knownHosts,
    addresses: Object.fromEntries(details.nodes.map(({ name, address }) => [name, address])),
    connectTimeoutMs: 30_000,
  });

async function start(runbook: string, input: object): Promise<Run> {
  await lab.play(runbook);
  since = new Date();
  return engine.start(runbook, { namespace: SHOP, ...input });
}

async function approve(run: Run, title: RegExp) {
  const question = await run.question((q) => title.test(q.title));
  expect(await run.decide(question, { answer: 'approve' })).toMatchObject({ counted: true });
  return question;
}

/** What a step is told when it is called without an engine. */
const called = () => ({
  signal: AbortSignal.timeout(60_000),
  heartbeat: () => undefined,
  deadline: new Date(Date.now() + 60_000),
});

/** What the API server wrote down as changed by nightshift since the run began. */
const writes = () =>
  effectiveWrites(audit.requests(), { since, user: /nightshift-change$/, namespace: SHOP }).map(
    (w) => `${w.verb} ${w.resource}/${w.name}`,
  );

test(
  'bad-rollout: the release is compared, named and rolled back once',
  async () => {
    const run = await start('bad-rollout', { deployment: 'checkout' });
    const question = await approve(run, /^Roll checkout back from revision 2 to 1$/);
    expect(question.body).toMatch(/env\[name=VERSION\].value: 1 → 2/);
    expect(await run.end()).toMatchObject({ outcome: 'completed', result: { rolledBackTo: 1 } });
    expect(writes()).toEqual(['patch deployments/checkout']);
  },
  LIMIT,
);

test(
  'oom-killed-container: the limit is raised, and the container lives with it',
  async () => {
    const run = await start('oom-killed-container', { name: 'cache' });
    const question = await approve(run, /^Raise the memory limit of cache\/app from 20Mi to 64Mi$/);
    expect(question.plan?.changes[0]).toMatchObject({
      diff: [{ path: expect.stringMatching(/resources.limits.memory$/), before: '20Mi', after: '64Mi' }],
      warnings: expect.arrayContaining(['All 1 pods of cache are replaced, by RollingUpdate']),
    });
    expect(await run.end()).toMatchObject({ outcome: 'completed', result: { from: '20Mi', to: '64Mi' } });
    expect(writes()).toEqual(['patch deployments/cache']);
  },
  LIMIT,
);

test(
  'lock-contention: the function that holds the lock is named; nobody is asked and nothing is changed',
  async () => {
    const run = await start('lock-contention', { name: 'stock', seconds: 2 });
    expect(await run.end()).toMatchObject({
      outcome: 'handed-over',
      result: {
        reason: expect.stringMatching(/goroutines wait for a lock, .*main\.\(\*stock\)\.reserveUnderOneLock/),
        at: expect.stringMatching(/^stock\.go:\d+$/),
        artefacts: [{ mediaType: 'image/svg+xml' }, { mediaType: 'application/octet-stream' }],
      },
    });
    expect(writes()).toEqual([]);
  },
  LIMIT,
);

test(
  'python-hot-loop: the function is named, and the release that brought it rolled back',
  async () => {
    const run = await start('python-hot-loop', { name: 'orders', seconds: 2 });
    const question = await approve(run, /^Roll orders back from revision 2 to 1$/);
    expect(question.body).toMatch(/of its time in find_duplicates_in_pairs \(\/srv\/orders\.py:\d+\)/);
    expect(await run.end()).toMatchObject({
      outcome: 'completed',
      result: {
        function: 'find_duplicates_in_pairs',
        artefacts: [{ mediaType: 'image/svg+xml' }, { mediaType: 'text/plain' }],
      },
    });
    expect(writes().filter((w) => w.startsWith('patch deployments'))).toEqual(['patch deployments/orders']);
  },
  LIMIT,
);

test(
  'connects-to-nowhere: the address that nobody has is named, and the variable that says it set back',
  async () => {
    const run = await start('connects-to-nowhere', { deployment: 'basket', seconds: 4 });
    await approve(run, /^Trace the system calls of basket-\S+ for 8 s$/);
    const question = await approve(run, /^Set DATABASE of basket\/app back to 10\.96\.45\.12$/);
    expect(question.body).toMatch(
      /never reached 10\.96\.45\.21:5432 in \d+ tries.*No Service has that address/,
    );
    expect(await run.end()).toMatchObject({
      outcome: 'completed',
      result: { address: '10.96.45.21:5432', variable: 'DATABASE' },
    });
    expect(writes().filter((w) => w.startsWith('patch deployments'))).toEqual(['patch deployments/basket']);
  },
  LIMIT,
);

test(
  'image-pull-failure: the tag that nobody built is named, and the release rolled back once',
  async () => {
    const run = await start('image-pull-failure', {});
    const question = await approve(run, /^Roll catalogue back from revision 2 to 1$/);
    expect(question.body).toMatch(/busybox:2-not-built: there is no such image/);
    expect(question.body).toMatch(/2 pods of revision 1 run and serve users/);
    expect(await run.end()).toMatchObject({ outcome: 'completed', result: { rolledBackTo: 1 } });
    expect(writes()).toEqual(['patch deployments/catalogue']);
  },
  LIMIT,
);

test(
  'stuck-terminating: the dead API is named and its registration deleted, then the finalizer that nobody owns; a pod goes too',
  async () => {
    await lab.play('stuck-terminating');
    since = new Date();
    const namespace = 'shop-preview';
    const run = await engine.start('stuck-terminating', { namespace, afterSeconds: 1 });
    const api = await approve(
      run,
      /^Delete the registration of the API v1.preview.example.com, whose Service is gone$/,
    );
    expect(api.body).toMatch(/ServiceNotFound: service\/preview-api in "shop" is not present/);
    const finalizer = await approve(
      run,
      /^Remove preview.example.com\/branch-cleanup from configmaps\/branch-42/,
    );
    expect(finalizer.body).toMatch(/set by nightshift-lab/);
    await run.decide(finalizer, { answer: 'approve', person: 'ben' });
    expect(await run.end()).toMatchObject({ outcome: 'completed', result: { state: 'gone' } });
    expect(
      effectiveWrites(audit.requests(), { since, user: /nightshift-change$/ }).map(
        (w) => `${w.verb} ${w.resource}/${w.name}`,
      ),
    ).toEqual(['delete apiservices/v1.preview.example.com', 'patch configmaps/branch-42']);

    since = new Date();
    const ofPod = await engine.start('stuck-terminating', { namespace: SHOP, afterSeconds: 1 });
    const held = await approve(
      ofPod,
      /^Remove archive.example.com\/upload from pods\/nightly-report: nobody is left to$/,
    );
    expect(held.body).toMatch(/set by nightshift-lab.*nightly-report: \d+ s overdue/);
    await ofPod.decide(held, { answer: 'approve', person: 'ben' });
    expect(await ofPod.end()).toMatchObject({ outcome: 'completed', result: { state: 'active' } });
    expect(writes()).toEqual(['patch pods/nightly-report']);
  },
  LIMIT,
);

test(
  'cpu-throttling: the limit is raised from what is measured, and the kernel stops the container no more',
  async () => {
    await lab.play('cpu-throttling');
    since = new Date();
    const { items } = await clients.read.api.list(
      'pods',
      { namespace: SHOP, labelSelector: 'app=search' },
      called(),
    );
    const cpu = steps.find((s) => s.contract.name === 'prometheus.containerCpu') as ImplementedRead;
    const question = { namespace: SHOP, pods: items.map((p) => p.metadata!.name!), window: '1m' };
    const throttled = async () => {
      const answer = (await cpu.run(question, called())) as { containers?: { throttled: number }[] };
      return (answer.containers?.[0]?.throttled ?? 0) > 0.3;
    };
    await until(throttled, () => 'no kubelet counted it');
    const run = await engine.start('cpu-throttling', { namespace: SHOP, name: 'search', window: '1m' });
    const asked = await approve(run, /^Raise the CPU limit of search\/app from 20m to \d+m$/);
    expect(asked.body).toMatch(/The kernel stopped it in \d+ % of its periods/);
    expect(await run.end()).toMatchObject({ outcome: 'completed', result: { from: '20m' } });
    expect(writes()).toEqual(['patch deployments/search']);
  },
  LIMIT,
);

test(
  'crash-loop-by-configuration: the edited key is named, what was applied comes back, and the pods are up',
  async () => {
    const run = await start('crash-loop-by-configuration', { deployment: 'billing' });
    const question = await approve(run, /^Put RETRIES of ConfigMap billing back to what was applied$/);
    expect(question.body).toMatch(/kubectl-edit wrote it at .* The log names RETRIES/);
    expect(question.plan?.changes[0]?.diff).toEqual([
      { path: 'data["RETRIES"]', before: 'three', after: '3' },
    ]);
    expect(await run.end()).toMatchObject({ outcome: 'completed', result: { workload: 'billing' } });
    const [first, ...others] = writes();
    expect(first).toBe('patch configmaps/billing');
    expect(others.every((w) => w.startsWith('delete pods/billing-'))).toBe(true);
  },
  LIMIT,
);

test(
  'certificate-about-to-expire: the pods that did not read the new one are restarted, and serve it',
  async () => {
    const run = await start('certificate-about-to-expire', { service: 'checkout-tls' });
    const question = await approve(
      run,
      /^Restart checkout-tls so that it serves the certificate of checkout-tls$/,
    );
    expect(question.body).toMatch(/ends in [23] days.* The stored one ends in (89|90) days/);
    expect(await run.end()).toMatchObject({ outcome: 'completed', result: { restarted: 'checkout-tls' } });
    expect(writes()).toEqual(['patch deployments/checkout-tls']);
  },
  LIMIT,
);

test(
  'dns-failure: names of the cluster resolve and others do not; the mistyped upstream is put back, and all resolve',
  async () => {
    const run = await start('dns-failure', {
      service: 'dns',
      inside: 'postgres.payments.svc.cluster.local',
      names: ['www.example.com'],
    });
    const question = await approve(
      run,
      /^Put Corefile of ConfigMap dns back to what was applied, and restart dns$/,
    );
    expect(question.body).toMatch(/www.example.com is not: what they ask for other names does not answer/);
    expect(question.plan?.changes[0]?.diff).toEqual([
      {
        path: 'data["Corefile"] from line 10',
        before: '    forward . 10.96.0.35',
        after: '    forward . 10.96.0.53',
      },
    ]);
    expect(await run.end()).toMatchObject({
      outcome: 'completed',
      result: { done: 'Corefile of ConfigMap dns was put back' },
    });
    expect(writes()).toEqual(['patch configmaps/dns', 'patch deployments/dns']);
  },
  LIMIT,
);

test(
  'service-without-endpoints: the label that the release changed is named, and the selector follows it once',
  async () => {
    const run = await start('service-without-endpoints', { service: 'storefront' });
    const question = await approve(run, /^Lead Service storefront to Deployment storefront again$/);
    expect(question.body).toMatch(/version=2 instead of 1/);
    expect(question.plan?.changes[0]?.diff).toEqual([
      { path: 'spec.selector.version', before: '1', after: '2' },
    ]);
    expect(await run.end()).toMatchObject({ outcome: 'completed', result: { leadsTo: 'storefront' } });
    expect(writes()).toEqual(['patch services/storefront']);
  },
  LIMIT,
);

test(
  'what containers use is measured where the kubelets count it',
  async () => {
    const { pods } = await clients.read.api
      .list(
        'pods',
        { namespace: details.workload.namespace, labelSelector: details.workload.selector },
        called(),
      )
      .then(({ items }) => ({ pods: items.map((p) => p.metadata!.name!) }));
    const memory = steps.find((s) => s.contract.name === 'prometheus.containerMemory') as ImplementedRead;
    const known = await until(async () => {
      const answer = await memory.run(
        { namespace: details.workload.namespace, pods, container: details.workload.service, window: '10m' },
        called(),
      );
      return (
        (answer as { state: string }).state === 'known' &&
        (answer as { peakBytes: number; byPod: Record<string, number> })
      );
    });
    expect(known.peakBytes).toBeGreaterThan(1024 * 1024);
    expect(pods).toEqual(expect.arrayContaining(Object.keys(known.byPod)));
  },
  LIMIT,
);

test(
  'node-drain-for-maintenance: a tight budget is kept, each pod is evicted once, and the node comes back',
  async () => {
    const node = 'node-worker-3';
    await lab.play('node-drain-for-maintenance');
    since = new Date();
    const run = await engine.start('node-drain-for-maintenance', { nodes: [node], reason: 'kernel update' });
    const question = await approve(run, /^Empty node-worker-3 \(1 of 1\) for kernel update$/);
    expect(question.body).toMatch(/budget shop\/basket: 3 of 3 pods are healthy, 2 have to be: 1 may go now/);
    expect(question.plan?.changes[1]?.diff.map((d) => d.path)).toEqual(
      expect.arrayContaining([expect.stringMatching(/^pod\/shop\/basket-/)]),
    );
    const work = await run.question((q) => /is empty and cordoned/.test(q.title));
    const evictions = effectiveWrites(audit.requests(), {
      since,
      user: /nightshift-change$/,
      verb: 'create',
    });
    const names = evictions.filter((w) => w.resource === 'pods/eviction').map((w) => w.name);
    expect(new Set(names).size).toBe(names.length);
    expect(names.filter((name) => name?.startsWith('basket-'))).toHaveLength(3);
    const refused = audit
      .requests()
      .filter((r) => r.resource === 'pods/eviction' && r.code === 429 && !r.dryRun && r.at >= since);
    expect(refused.length).toBeGreaterThan(0);
    await run.decide(work, { answer: 'done' });
    expect(await run.end()).toMatchObject({ outcome: 'completed', result: { done: [node], notTouched: [] } });
    expect(
      effectiveWrites(audit.requests(), { since, user: /nightshift-change$/, resource: 'nodes' }),
    ).toHaveLength(2);
  },
  LIMIT,
);

test(
  'disk-full-on-node: the log that fills a disk is named, emptied once by two yeses, and there is room',
  async () => {
    await lab.play('disk-full-on-node');
    const run = await engine.start('disk-full-on-node', { node: 'node-worker-3' });
    const question = await approve(run, /^Make [\d.]+ MiB of room in \/var\/log\/pods on node-worker-3$/);
    expect(question.body).toMatch(/are the log of app in shop\/cart-.* wrote last: DEBUG/);
    expect(question.plan?.changes).toMatchObject([
      { risk: 'irreversible', diff: [{ path: expect.stringMatching(/\/shop_cart-.*\/app\/0\.log$/) }] },
    ]);
    await run.decide(question, { answer: 'approve', person: 'ben' });
    expect(await run.end()).toMatchObject({
      outcome: 'completed',
      result: { mount: '/var/log/pods', emptied: [expect.stringMatching(/shop_cart-/)], journal: false },
    });
  },
  LIMIT,
);

test(
  'node-not-ready: the kubelet that was stopped is found on the host, restarted once, and the node reports again',
  async () => {
    await lab.play('node-not-ready');
    const run = await engine.start('node-not-ready', { node: 'node-worker-3' });
    const question = await approve(run, /^Restart kubelet.service on node-worker-3$/);
    expect(question.body).toMatch(/kubelet.service on node-worker-3 is inactive: it was told to stop/);
    const { outcome, result } = await run.end();
    expect(outcome).toBe('completed');
    expect((result as { report: string }).report).toMatch(/\| Restart kubelet.service on node-worker-3 \|/);
  },
  LIMIT,
);
