/** Disruption budgets over runs and over what others did. The cluster is scripted; its nodes are all that counts. */
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { implementChange, implementRead } from '../../activities/kit/index.ts';
import { kubernetes } from '../../activities/kubernetes/contract.ts';
import { until } from '../setup/until.ts';
import { startEngine, type Engine, type Run } from './harness.ts';

const cordoned = new Map<string, string | null>();
const node = (name: string) => ({
  name,
  uid: `uid-${name}`,
  ready: 'True' as const,
  unschedulable: cordoned.get(name) != null,
  cordonedBy: cordoned.get(name) ?? null,
  zone: null,
  kubeletVersion: 'v1.34.4',
});
const stateOf = (name: string) => ({
  node: name,
  uid: `uid-${name}`,
  unschedulable: cordoned.get(name) != null,
  cordonedBy: null,
});
const steps = [
  implementRead(kubernetes.listNodes, async ({ selector }) => ({
    nodes: [...cordoned.keys()].filter((name) => !selector || name.startsWith(selector)).map(node),
  })),
  implementChange(kubernetes.cordonNode, {
    plan: async ({ node: name }) => ({
      diff: [{ path: 'spec.unschedulable', before: null, after: true }],
      preconditions: stateOf(name),
      preimage: stateOf(name),
      dryRun: 'none',
    }),
    apply: async ({ node: name }) => {
      cordoned.set(name, 'nightshift');
      return { outcome: 'applied', output: stateOf(name) };
    },
    probe: async ({ node: name }) =>
      cordoned.get(name) ? { state: 'applied', output: stateOf(name) } : { state: 'not-applied' },
  }),
];

let engine: Engine;
beforeAll(async () => {
  const entry = new URL('./fixtures/entry.ts', import.meta.url);
  const budgets = [
    { name: 'workers', maxAway: 1 },
    { name: 'other pool', nodes: 'other', maxAway: 0 },
  ];
  engine = await startEngine({ entry, steps, budgets });
});
afterAll(() => engine.stop());
beforeEach(() => {
  for (const name of ['a', 'b', 'c']) cordoned.set(name, null);
});

const waitOf = (run: Run) => until(async () => (await engine.ledger.run(run.workflowId))?.waits);

test('a node that somebody cordoned counts: the plan says so, the run waits, and goes on once it is back', async () => {
  cordoned.set('b', 'kubectl-cordon');
  const run = await engine.start('cordons', { node: 'a' });
  const question = await run.question();
  expect(question.plan?.changes[0]?.warnings).toEqual([
    'disruption budget "workers": 1 of 3 nodes may be away; 1 is: b (cordoned by kubectl-cordon). It would wait until one is back',
  ]);
  await run.decide(question, { answer: 'approve' });
  expect(await waitOf(run)).toMatchObject({
    what: 'disruption budget "workers": 1 of 3 nodes may be away; 1 is: b (cordoned by kubectl-cordon)',
    on: [],
  });
  expect(cordoned.get('a')).toBeNull();
  cordoned.set('b', null);
  expect((await run.end()).outcome).toBe('completed');
  expect(cordoned.get('a')).toBe('nightshift');
});

test('two runs that see the last place free at the same moment: one takes it, the other waits', async () => {
  const runs = await Promise.all(['a', 'b'].map((name) => engine.start('cordons', { node: name })));
  const questions = await Promise.all(runs.map((run) => run.question()));
  await Promise.all(runs.map((run, i) => run.decide(questions[i]!, { answer: 'approve' })));
  const ended = await Promise.race(runs.map(async (run) => (await run.end(), run)));
  const other = runs.find((run) => run !== ended)!;
  expect(await waitOf(other)).toBeDefined();
  const away = () => ['a', 'b'].filter((name) => cordoned.get(name));
  expect(away()).toHaveLength(1);
  cordoned.set(away()[0]!, null);
  expect((await other.end()).outcome).toBe('completed');
  expect(away()).toHaveLength(1);
});
