/** Disruption budgets over runs and over what others did. The cluster is scripted; everything else is real. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { DisruptionBudget } from '../../config/index.ts';
import { until } from '../setup/until.ts';
import { startEngine, type Engine, type Run } from './harness.ts';
import { scriptedCluster } from './scripted-cluster.ts';

const ZONE = 'topology.kubernetes.io/zone';
const budgets: DisruptionBudget[] = [
  { name: 'workers', per: 'cluster', nodes: 'kind=worker', maxAway: 1 },
  { name: 'all', per: 'cluster', nodes: 'kind=all', maxAway: 1 },
  { name: 'zones', per: 'zone', nodes: 'kind=zone', maxAway: 1 },
  { name: 'pools', per: 'node-pool', nodes: 'kind=pool', labels: ['pool'], maxAway: '50%' },
  { name: 'services', per: 'service', of: ['behind/api'], maxAway: 1 },
  { name: 'workloads', per: 'workload', of: ['made/*'], maxAway: '25%' },
  { name: 'careful', per: 'service', of: ['careful/*'], maxAway: 1 },
  { name: 'untouchable', per: 'workload', of: ['never/*'], maxAway: 0 },
];
/** What three runs race for, by budget; each budget has one place. */
const RACES = {
  all: ['n1', 'n2', 'n3'],
  zones: ['z1', 'z2', 'z3'],
  pools: ['p1', 'p2', 'p3'],
  services: ['s1', 's2', 's3'],
  workloads: ['w1', 'w2', 'w3'],
};
type Raced = keyof typeof RACES;
const NAMESPACES: Partial<Record<Raced, string>> = { services: 'behind', workloads: 'made' };

const cluster = scriptedCluster();
let engine: Engine;
beforeAll(async () => {
  for (const name of ['a', 'b', 'c']) cluster.nodes.set(name, { kind: 'worker' });
  for (const name of RACES.all) cluster.nodes.set(name, { kind: 'all' });
  for (const name of RACES.zones) cluster.nodes.set(name, { kind: 'zone', [ZONE]: 'b' });
  cluster.nodes.set('other', { kind: 'zone', [ZONE]: 'c' });
  for (const name of RACES.pools) cluster.nodes.set(name, { kind: 'pool', pool: 'blue' });
  const namespaces = { behind: RACES.services, made: RACES.workloads, careful: ['k1', 'k2'], never: ['x'] };
  for (const [namespace, pods] of Object.entries(namespaces)) {
    cluster.pods.set(namespace, new Set(pods));
    cluster.wanted.set(namespace, pods.length);
  }
  const entry = new URL('./fixtures/entry.ts', import.meta.url);
  engine = await startEngine({ entry, steps: cluster.steps, budgets });
});
afterAll(() => engine.stop());

const waitOf = (run: Run) => until(async () => (await engine.ledger.run(run.workflowId))?.waits);

test('a node that somebody cordoned counts: the plan says so, the run waits, and goes on once it is back', async () => {
  cluster.cordons.set('b', { manager: 'ana' });
  const run = await engine.start('cordons', { node: 'a' });
  const question = await run.question();
  const text =
    'disruption budget "workers": takes 1 of 1 that may be away of the 3 nodes of "kind=worker"; away already: b (cordoned by ana)';
  expect(question.plan?.changes[0]?.warnings).toEqual([`${text}. It would wait until there is room`]);
  await run.decide(question, { answer: 'approve' });
  expect(await waitOf(run)).toMatchObject({ what: text, on: [], since: expect.any(String) });
  expect(cluster.cordons.has('a')).toBe(false);
  cluster.cordons.delete('b');
  expect((await run.end()).outcome).toBe('completed');
  expect(cluster.cordons.has('a')).toBe(true);

  const next = await engine.start('cordons', { node: 'c' });
  await next.decide(await next.question(), { answer: 'approve' });
  expect(await waitOf(next)).toMatchObject({ on: [run.workflowId] });
  cluster.cordons.delete('a');
  expect((await next.end()).outcome).toBe('completed');
});

test('runs that see the last place of a budget free at the same moment, one kind of budget each: never more than one has it', async () => {
  const away = new Map<string, Set<string>>();
  const worst = new Map<string, number>();
  const racers = Object.entries(RACES).flatMap(([kind, names]) => names.map((name) => ({ kind, name })));
  cluster.onChange = (name) => {
    const kind = racers.find((racer) => racer.name === name)!.kind;
    const now = (away.get(kind) ?? new Set()).add(name);
    away.set(kind, now);
    worst.set(kind, Math.max(worst.get(kind) ?? 0, now.size));
  };
  const runs = await Promise.all(
    racers.map(async ({ kind, name }) => {
      const namespace = NAMESPACES[kind as Raced];
      const run = namespace
        ? await engine.start('deletes-pods', { namespace, pods: [name] })
        : await engine.start('cordons', { node: name });
      return { run, kind, name, namespace, question: await run.question() };
    }),
  );
  await Promise.all(runs.map(({ run, question }) => run.decide(question, { answer: 'approve' })));
  const outcomes = await Promise.all(
    runs.map(async ({ run, kind, name, namespace }) => {
      const { outcome } = await run.end();
      // Somebody puts it back; until then nobody else may take one.
      away.get(kind)?.delete(name);
      if (namespace) cluster.pods.get(namespace)?.add(name);
      else cluster.cordons.delete(name);
      return outcome;
    }),
  );
  cluster.onChange = () => undefined;
  expect(outcomes).toEqual(racers.map(() => 'completed'));
  expect(Object.fromEntries(worst)).toEqual({ all: 1, zones: 1, pools: 1, services: 1, workloads: 1 });
});

test('a plan says what it takes itself before, and a PodDisruptionBudget without room keeps it waiting', async () => {
  cluster.noRoom.add('careful');
  const run = await engine.start('deletes-pods', { namespace: 'careful', pods: ['k1', 'k2'] });
  const question = await run.question();
  const pdb =
    'PodDisruptionBudget careful/api has no room (3 of 4 pods are healthy, 3 have to be: 0 may go now)';
  const first =
    'disruption budget "careful": takes 1 of 1 that may be away of the 2 pods of service careful/api; no other is away';
  expect(question.plan?.changes.map((c) => c.warnings)).toEqual([
    [`${first}; ${pdb}. It would wait until there is room`],
    [expect.stringContaining('away already: k1 (taken by this plan before it)')],
  ]);
  await run.decide(question, { answer: 'approve' });
  expect((await waitOf(run)).what).toBe(`${first}; ${pdb}`);
  cluster.noRoom.delete('careful');
  await until(() => !cluster.pods.get('careful')?.has('k1'));
  cluster.pods.get('careful')?.add('k1-again');
  expect((await run.end()).outcome).toBe('completed');
});

test('what can never fit does not wait for ever: it is said in the plan, and the run asks', async () => {
  const run = await engine.start('deletes-pods', { namespace: 'never', pods: ['x'] });
  const question = await run.question();
  expect(question.plan?.changes[0]?.warnings).toEqual([
    expect.stringMatching(/takes 1 of 0 that may be away .*It can never be carried out like this$/),
  ]);
  await run.decide(question, { answer: 'approve' });
  const hold = await run.question((q) => q.kind === 'hold');
  expect(JSON.stringify(hold)).toContain('Waiting does not help: take fewer at once');
  await run.decide(hold, { answer: 'abort', reason: 'not today' });
  expect((await run.end()).outcome).toBe('aborted');
  expect(cluster.pods.get('never')?.has('x')).toBe(true);
});
