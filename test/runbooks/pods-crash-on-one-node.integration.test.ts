/** The whole runbook on a real Temporal server with a real ledger, in worlds that lead it down each of its branches. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTicketSteps } from '../../activities/tickets/steps.ts';
import { startEngine, type Engine, type Run } from '../workflows/harness.ts';
import { WorldDaemonSet } from './world-daemonset.ts';
import { World, worldSteps } from './world.ts';

const PEOPLE = { ana: { name: 'Ana', roles: ['payments-oncall'] } };

/** Two pods of each revision on each node; node 3 does not route, and its kube-proxy is killed at its limit. */
const oneNode = (name: string) => {
  const world = new World(name).add({ node: 1 }, { node: 2 }, { node: 3 });
  world.revision = 2;
  world.rolledOutSecondsAgo = 60;
  world.add({ node: 1 }, { node: 2 }, { node: 3 });
  world.bad.nodes.add(world.node(3));
  return world;
};

const worlds = {
  node: oneNode('node'),
  tied: (() => {
    const world = new World('tied').add({ node: 1 }, { node: 2 });
    world.revision = 2;
    world.rolledOutSecondsAgo = 60;
    world.add({ node: 3 }, { node: 3 });
    world.bad.nodes.add(world.node(3));
    return world;
  })(),
  /** The alert came in the middle: a pod elsewhere has just come back. */
  low: (() => {
    const world = oneNode('low');
    world.backAgain.add('shop-1');
    return world;
  })(),
  raised: oneNode('raised'),
  rejected: oneNode('rejected'),
  unprobed: (() => {
    const world = oneNode('unprobed');
    world.withoutProbes.add(world.node(3)).add(world.node(1));
    return world;
  })(),
  release: (() => {
    const world = new World('release').add({ node: 1 }, { node: 2 }, { node: 3 });
    world.revision = 2;
    world.rolledOutSecondsAgo = 60;
    world.pods = [];
    world.add({ node: 1 }, { node: 2 }, { node: 3 });
    world.bad.revisions.add(2);
    world.log = 'panic: settlement currency is nil';
    return world;
  })(),
  down: (() => {
    const world = new World('down').add({ node: 1 }, { node: 2 }, { node: 3 });
    world.databaseIsDown = true;
    world.rolledOutSecondsAgo = 60;
    world.revision = 2;
    return world;
  })(),
  scattered: (() => {
    const world = new World('scattered').add({ node: 1 }, { node: 1 }, { node: 2 }, { node: 2 });
    world.bad.names.add('shop-1').add('shop-3');
    return world;
  })(),
  notready: (() => {
    const world = oneNode('notready');
    world.notReady.add(world.node(3));
    return world;
  })(),
  /** The only one that may have a DaemonSet: it is the cluster's. */
  daemonset: (() => {
    const world = oneNode('daemonset');
    world.daemonSet = new WorldDaemonSet(world, 'RollingUpdate');
    return world;
  })(),
  over: new World('over').add({ node: 1 }, { node: 2 }),
  elsewhere: (() => {
    const world = new World('elsewhere').add({ node: 1 }, { node: 2 });
    world.errorRatio = 0.4;
    return world;
  })(),
};

let engine: Engine;
let folder: string;
/** Those that first wait for the picture to become clear start at once, side by side. */
const slow: Record<string, Run> = {};

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tickets-'));
  engine = await startEngine({
    entry: new URL('../../worker/entry.ts', import.meta.url),
    steps: [...worldSteps(Object.values(worlds)), ...createTicketSteps({ folder })],
    people: PEOPLE,
  });
  for (const name of ['release', 'down', 'scattered']) slow[name] = await start(worlds[name as 'down']);
});
afterAll(async () => {
  await engine.stop();
  await rm(folder, { recursive: true, force: true });
});

const start = ({ namespace }: World, input: Record<string, unknown> = {}) =>
  engine.start('pods-crash-on-one-node', { namespace, service: 'shop', ...input });

async function answer(run: Run, title: RegExp, say: string) {
  const question = await run.question((q) => title.test(q.title));
  expect(await run.decide(question, { answer: say })).toMatchObject({ counted: true });
  return question;
}
const findings = async (run: Run) =>
  (await run.state()).journal
    .filter((e) => e.kind === 'finding')
    .map((e) => e.text)
    .join('\n');

test('a node that does not route: pods moved, cause found, limit raised, node put back only after the sync', async () => {
  const world = worlds.node;
  const w3 = world.node(3);
  // The log of one crash is gone: the other one tells.
  world.vanished.add('shop-3');
  const run = await start(world);
  const move = await answer(run, /^Move shop off node-w3$/, 'approve');
  expect(move.plan?.changes.map((c) => c.summary)).toEqual([
    `Cordon ${w3}`,
    'Delete pod node/shop-3',
    'Delete pod node/shop-6',
  ]);
  expect(move.plan?.putBacks).toMatchObject([
    { step: 'kubernetes.uncordonNode', once: { step: 'hosts.kubeProxySynced', maxAge: '30s' } },
  ]);
  expect(move.body).toMatch(
    /From node-w3 the dependency cannot be reached, from node node-w1, pod shop-1 it can/,
  );
  const fix = await answer(run, /^Give kube-proxy on node-w3 96M of memory$/, 'approve');
  expect(fix.body).toMatch(/404 Services with 2410 ready endpoints/);
  const { outcome, result } = await run.end();
  expect(outcome).toBe('completed');
  expect(world.effects).toEqual([
    `cordon ${w3}`,
    'delete shop-3',
    'delete shop-6',
    'limit 96M',
    'restart kube-proxy',
    `uncordon ${w3}`,
  ]);
  const { ticket, report } = result as { ticket: string; report: string };
  expect(report).toMatch(/kube-proxy\.service on node-w3 is killed at its memory limit of 20 MiB/);
  expect(report).toMatch(/\| Cordon node-w3 \| node\/node-w3 \| reversible \| ana \| applied \|/);
  expect(report).toMatch(
    /## Topology\n\nBroken: 2 of \d+ pods of shop; and node-w3\. The picture is in the page/,
  );
  expect(await readFile(join(folder, ticket), 'utf8')).toContain(report.trim());
  expect((await engine.ledger.leftovers()).filter((l) => l.workflowId === run.workflowId)).toEqual([]);
  const { journal } = await run.state();
  expect(journal.some((e) => e.kind === 'reminder')).toBe(true);
});

test('no probe pod can start: the hosts themselves are asked, and the findings say so', async () => {
  const run = await start(worlds.unprobed);
  const move = await answer(run, /^Move shop off unprobed-w3$/, 'reject');
  expect(move.body).toMatch(/From unprobed-w3 the dependency cannot be reached, from node unprobed-w1/);
  await run.end();
  const evidence = JSON.stringify((await run.state()).journal.map((e) => e.facts));
  expect(evidence).toMatch(
    /timed out \(asked on the host itself, since the probe could not run on unprobed-w3: ErrImageNeverPull\)/,
  );
});

test('the new revision runs only on that node: tied, and the connection decides', async () => {
  const run = await start(worlds.tied);
  const move = await answer(run, /^Move shop off tied-w3$/, 'reject');
  expect(move.body).toMatch(/tied: node tied-w3 and revision shop@2 and image shop:2 fit equally well/);
  expect(move.body).toMatch(
    /A connection does not depend on revision shop@2 or image shop:2, which were tied/,
  );
  expect(await run.end()).toMatchObject({ outcome: 'rejected' });
  expect(worlds.tied.effects).toEqual([]);
});

test('the fix does not help: the node stays cordoned, the run holds and says why', async () => {
  const world = worlds.low;
  const run = await start(world, { memoryMax: '22M' });
  await answer(run, /^Move shop/, 'approve');
  await answer(run, /^Give kube-proxy on low-w3 22M/, 'approve');
  const hold = await run.question((q) => q.kind === 'hold');
  expect(hold.title).toBe('kube-proxy on low-w3 has not synced with a limit of 22M');
  expect(hold.body).toMatch(/low-w3 stays cordoned/);
  expect(hold.body).toMatch(/killed at its memory limit of 22 MiB/);
  expect(hold.options.map((o) => o.answer)).toEqual(['wait', 'further', 'leave', 'abort']);
  expect(world.cordoned.has(world.node(3))).toBe(true);
  await run.decide(hold, { answer: 'leave' });
  const { outcome, result } = await run.end();
  expect(outcome).toBe('handed-over');
  expect(result).toMatchObject({ reason: expect.stringMatching(/low-w3 stays cordoned/) });
  expect(world.effects).not.toContain('uncordon low-w3');
  expect((await engine.ledger.leftovers()).filter((l) => l.workflowId === run.workflowId)).toMatchObject([
    { target: 'node/low-w3' },
  ]);
});

test('the fix does not help, a higher limit does', async () => {
  const world = worlds.raised;
  const run = await start(world, { memoryMax: '22M' });
  await answer(run, /^Move shop/, 'approve');
  await answer(run, /^Give kube-proxy on raised-w3 22M/, 'approve');
  await answer(run, /has not synced with a limit of 22M/, 'further');
  await answer(run, /^Give kube-proxy on raised-w3 96M/, 'approve');
  expect(await run.end()).toMatchObject({ outcome: 'completed' });
  expect(world.effects.slice(-5)).toEqual([
    'limit 22M',
    'restart kube-proxy',
    'limit 96M',
    'restart kube-proxy',
    'uncordon raised-w3',
  ]);
});

test('kube-proxy is a pod of a DaemonSet: the limit is raised in its template, twice where the first does not help', async () => {
  const world = worlds.daemonset;
  const run = await start(world, { memoryMax: '22M' });
  await answer(run, /^Move shop off daemonset-w3$/, 'approve');
  const fix = await answer(
    run,
    /^Give kube-proxy 22Mi of memory, on daemonset-w3 and every other node$/,
    'approve',
  );
  expect(fix.plan?.changes).toMatchObject([
    {
      step: 'kubernetes.setResources',
      input: {
        namespace: 'kube-system',
        kind: 'DaemonSet',
        name: 'kube-proxy',
        container: 'kube-proxy',
        limits: { memory: '22Mi' },
      },
    },
  ]);
  expect(fix.body).toMatch(
    /kube-proxy in pod kube-system\/kube-proxy-daemonset-w3 on daemonset-w3 is killed at its memory limit of 20Mi/,
  );
  await answer(run, /has not synced with a limit of 22M/, 'further');
  await answer(run, /^Give kube-proxy 96Mi of memory/, 'approve');
  const { outcome, result } = await run.end();
  expect(outcome).toBe('completed');
  expect(world.effects).toEqual([
    'cordon daemonset-w3',
    'delete shop-3',
    'delete shop-6',
    'limit 22Mi',
    'limit 96Mi',
    'uncordon daemonset-w3',
  ]);
  const checks = (await run.state()).journal.filter((e) => e.kind === 'check').map((e) => e.text);
  expect(checks).toContain('daemonset-w3 has a new pod of kube-proxy');
  expect(checks).toContain('kube-proxy is rolled out on every node');
  expect((result as { report: string }).report).toMatch(/where its manifest comes from/);
});

test('all pods are sick since a rollout: a roll-back to the named revision is proposed', async () => {
  const world = worlds.release;
  const run = slow.release!;
  const question = await answerSlow(run, /^Roll shop back from revision 2 to 1$/);
  expect(question.plan?.changes).toMatchObject([
    { step: 'kubernetes.rolloutUndo', input: { toRevision: 1, templateHash: 'hash-1' } },
  ]);
  expect(question.body).toMatch(/A rollout began just before, all pods are sick/);
  expect(await run.end()).toMatchObject({ outcome: 'completed' });
  expect(world.effects).toEqual(['roll back to 1']);
});

test('the dependency is down: handed over with the findings, although something was rolled out just before', async () => {
  const run = slow.down!;
  const { outcome, result } = await run.end();
  expect(outcome).toBe('handed-over');
  expect(result).toMatchObject({
    reason: expect.stringMatching(/^Nobody reaches the dependency: tried from node down-w\d, node down-w\d/),
  });
  expect(worlds.down.effects).toEqual([]);
  expect((result as { report: string }).report).toMatch(/Service down\/postgres, 0 ready endpoints/);
});

test('no pattern: handed over, nothing is forced', async () => {
  const run = slow.scattered!;
  const { outcome, result } = await run.end();
  expect(outcome).toBe('handed-over');
  expect(result).toMatchObject({ reason: expect.stringMatching(/nothing is shared by all of them/) });
  expect(worlds.scattered.effects).toEqual([]);
});

test('the node is not ready: handed over, since the cluster knows', async () => {
  const run = await start(worlds.notready);
  const { outcome, result } = await run.end();
  expect(outcome).toBe('handed-over');
  expect(result).toMatchObject({
    reason: 'The sick pods share notready-w3, whose Ready condition is False.',
  });
  expect(worlds.notready.effects).toEqual([]);
  expect(await findings(run)).toMatch(/says of itself: Ready False/);
});

test('it is over already: completed, and says so', async () => {
  const run = await start(worlds.over);
  expect(await run.end()).toEqual({
    outcome: 'completed',
    result: { over: true, found: 'None of 2 pods is sick.' },
  });
  expect((await run.state()).journal.map((e) => e.text).join('\n')).toMatch(/It is over/);
});

test('users feel it and every pod is well: handed over', async () => {
  const run = await start(worlds.elsewhere);
  expect(await run.end()).toMatchObject({
    outcome: 'handed-over',
    result: { reason: expect.stringMatching(/No pod of shop is sick.*40 % of 20 requests/) },
  });
});

test('a no to the move changes nothing', async () => {
  const run = await start(worlds.rejected);
  await answer(run, /^Move shop/, 'reject');
  expect(await run.end()).toMatchObject({ outcome: 'rejected' });
  expect(worlds.rejected.effects).toEqual([]);
});

test.each([
  [{ namespace: 'Not A Name', service: 'shop' }, /namespace/],
  [{ namespace: 'node', service: '' }, /service/],
  [{ namespace: 'node', service: 'shop', memoryMax: 'lots' }, /memoryMax/],
])('input %j fails the run before it looks at anything', async (input, field) => {
  const run = await engine.start('pods-crash-on-one-node', input);
  expect(await run.end()).toMatchObject({ result: expect.stringMatching(field) });
});

test('every run that got that far left its ticket, and only those', async () => {
  expect((await readdir(folder)).filter((f) => f.endsWith('.md'))).toHaveLength(4);
});

/** Its question comes only when the picture has had time to become clear. */
async function answerSlow(run: Run, title: RegExp) {
  for (;;) {
    const question = await run.question((q) => title.test(q.title)).catch(() => undefined);
    if (!question) continue;
    expect(await run.decide(question, { answer: 'approve' })).toMatchObject({ counted: true });
    return question;
  }
}
