/** Where a deployment has several clusters: what is asked beside a change is asked of its own. */
import { expect, test } from '@jest/globals';
import { asyncLocalStorage, type Context } from '@temporalio/activity';
import {
  implementChange,
  implementRead,
  type EarlierChange,
  type PlannedChange,
} from '../../../activities/kit/index.ts';
import { kubernetes } from '../../../activities/kubernetes/contract.ts';
import type { Ledger } from '../../../ledger/api.ts';
import type { ActivityDependencies } from '../../../worker/activities/dependencies.ts';
import { lookWhatIsDoneActivity } from '../../../worker/activities/look-what-is-done.ts';
import { preflight } from '../../../worker/activities/preflight.ts';
import { onTheirClusters } from '../../../worker/clusters/on-their-clusters.ts';

const state = { node: 'w1', uid: 'u', unschedulable: false, cordonedBy: null };

function stepsOf() {
  const seen: (readonly EarlierChange[])[] = [];
  const steps = [
    implementRead(kubernetes.nodeReady, async () => ({ verdict: 'pass', reason: 'it is' })),
    implementChange(kubernetes.cordonNode, {
      plan: async (_, { earlier }) => {
        seen.push(earlier.map((e) => e));
        return { diff: [], preconditions: state, preimage: state, dryRun: 'none' };
      },
      apply: async () => ({ outcome: 'applied', output: state }),
      probe: async () => ({ state: 'not-applied' }),
    }),
  ];
  const clusters = ['production', 'staging'].map((name) => ({ name, steps }));
  return { seen, steps: onTheirClusters(clusters) };
}

const inActivity = <T>(body: () => Promise<T>): Promise<T> => {
  const { signal } = new AbortController();
  const info = { workflowExecution: { workflowId: 'run-1' } };
  return asyncLocalStorage.run(
    { info, cancellationSignal: signal, heartbeat: () => undefined } as Context,
    body,
  );
};

const planned = (node: string): PlannedChange => ({
  ...{ step: 'kubernetes.cordonNode', version: 1, input: { node }, cluster: 'production' },
  ...{ target: `node/${node}`, summary: `Cordon ${node}`, risk: 'reversible' },
  ...{ diff: [], preconditions: state, preimage: state, dryRun: 'none', warnings: [] },
});

test("a look at what was done knows the plan's earlier changes, on the default cluster too", async () => {
  const { seen, steps } = stepsOf();
  const ledger = { identity: 'ledger', effectsOn: async () => [] } as unknown as Ledger;
  const deps = {
    steps,
    ledger,
    deployment: 'test',
    cluster: 'production',
  } as unknown as ActivityDependencies;
  const changes = ['w1', 'w2'].map(planned);
  const looks = await inActivity(() =>
    lookWhatIsDoneActivity(deps)({ ordinal: 1, askedAt: '2026-11-22T00:00:00Z', changes }),
  );
  expect(looks).toHaveLength(2);
  expect(seen.map((earlier) => earlier.map((e) => e.target))).toEqual([[], ['node/w1']]);
});

test('the rights for a check are those on the cluster of its change, unless it names another', async () => {
  const asked: unknown[] = [];
  const check = (input: object) => ({ step: 'kubernetes.nodeReady', input, maxAge: '30s' });
  const change = (input: object) => ({
    ...{ step: 'kubernetes.cordonNode', input, target: 'node/w1', summary: 'Cordon w1' },
  });
  await inActivity(() =>
    preflight(
      {
        steps: stepsOf().steps,
        missingRights: async (effect, calls) => {
          asked.push([effect, calls.map(({ cluster }) => cluster)]);
          return [];
        },
      },
      [
        {
          ...change({ node: 'w1', cluster: 'staging' }),
          once: check({ node: 'w1' }),
          undoOnce: check({ node: 'w1', cluster: 'production' }),
        },
        { ...change({ node: 'w1' }), once: check({ node: 'w1' }) },
      ],
    ),
  );
  expect(asked).toEqual([
    ['change', ['staging', undefined]],
    ['read', ['staging', 'production', undefined]],
  ]);
});
