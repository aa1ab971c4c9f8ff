import { expect, test } from '@jest/globals';
import { implementChange, implementRead, type EarlierChange } from '../../../activities/kit/index.ts';
import { kubernetes } from '../../../activities/kubernetes/contract.ts';
import { oncePerPlan } from '../../../activities/kubernetes/removal/once-per-plan.ts';
import { onTheirClusters, type StepsOfCluster } from '../../../worker/clusters/on-their-clusters.ts';
import { call } from '../../activities/kubernetes/calls.ts';

const state = { node: 'w1', uid: 'u', unschedulable: false, cordonedBy: null };

function clusterOf(name: string, told: unknown[], looks: string[]): StepsOfCluster {
  return {
    name,
    steps: [
      implementRead(kubernetes.listNodes, async (input) => {
        told.push([name, 'read', input]);
        return { nodes: [] };
      }),
      implementChange(kubernetes.cordonNode, {
        plan: async (input, context) => {
          told.push([name, 'plan', input, context.earlier.map((e) => e.target)]);
          await oncePerPlan(context, 'nodes', async () => looks.push(name));
          return { diff: [], preconditions: state, preimage: state, dryRun: 'none' };
        },
        apply: async () => ({ outcome: 'applied', output: state }),
        probe: async () => ({ state: 'not-applied' }),
        undo: () => ({
          change: kubernetes.uncordonNode({ node: 'w1' }),
          preconditions: {},
          diff: [],
          once: { step: 'kubernetes.nodeReady', input: { node: 'w1' }, maxAge: '30s' },
        }),
      }),
      implementChange(kubernetes.uncordonNode, {
        plan: async () => ({ diff: [], preconditions: state, preimage: state, dryRun: 'none' }),
        apply: async () => ({ outcome: 'applied', output: state }),
        probe: async () => ({ state: 'not-applied' }),
      }),
    ],
  };
}

function worldOf() {
  const told: unknown[] = [];
  const looks: string[] = [];
  const clusters = ['east', 'west'].map((name) => clusterOf(name, told, looks));
  const [read, cordon] = onTheirClusters(clusters);
  if (!read || !('run' in read) || !cordon || !('implementation' in cordon)) throw new Error('wrong steps');
  return { told, looks, read, cordon: cordon.implementation };
}

test('a call goes to the cluster that it names, or to the default, which is not told of clusters', async () => {
  const { told, read } = worldOf();
  await read.run({}, call());
  await read.run({ cluster: 'west', selector: 'a=b' }, call());
  expect(told).toEqual([
    ['east', 'read', {}],
    ['west', 'read', { selector: 'a=b' }],
  ]);
});

test('an unknown cluster is refused with the names that there are', async () => {
  const { read, cordon } = worldOf();
  const refused = {
    kind: 'invalid',
    message: 'no cluster is called "wset"; there is east (the default), west',
    next: expect.stringMatching(/nightshift\.config\.ts/),
  };
  await expect(read.run({ cluster: 'wset' }, call())).rejects.toMatchObject(refused);
  await expect(cordon.plan({ node: 'w1', cluster: 'wset' }, call())).rejects.toMatchObject(refused);
});

const cordoned = (input: { readonly node: string; readonly cluster?: string }): EarlierChange => ({
  ...{ step: 'kubernetes.cordonNode', input, target: kubernetes.cordonNode.contract.target(input) },
  ...{ preconditions: null, preimage: null, operation: 'o' },
});

test('what a plan did before on another cluster is not seen', async () => {
  const { told, cordon } = worldOf();
  const earlier = [cordoned({ node: 'w2' }), cordoned({ node: 'w2', cluster: 'west' })];
  await cordon.plan({ node: 'w1', cluster: 'west' }, call({ earlier }));
  await cordon.plan({ node: 'w1' }, call({ earlier }));
  expect(told).toEqual([
    ['west', 'plan', { node: 'w1' }, ['west:node/w2']],
    ['east', 'plan', { node: 'w1' }, ['node/w2']],
  ]);
});

test('what the changes of a plan on one cluster look at in common is looked at once', async () => {
  const { looks, cordon } = worldOf();
  for (const cluster of [{}, { cluster: 'west' }]) {
    const earlier: EarlierChange[] = [];
    for (const node of ['w1', 'w2', 'w3']) {
      await cordon.plan({ node, ...cluster }, call({ earlier }));
      earlier.push(cordoned({ node, ...cluster }));
    }
  }
  expect(looks).toEqual(['east', 'west']);
});

test('an undo, and its check, are on the cluster of what they undo', () => {
  const { cordon } = worldOf();
  const undo = (input: object) => cordon.undo?.(state, { input, operation: 'o' });
  expect(undo({ node: 'w1', cluster: 'west' })).toMatchObject({
    change: {
      target: 'west:node/w1',
      input: { node: 'w1', cluster: 'west' },
      summary: 'Uncordon w1 (cluster west)',
    },
    once: { input: { node: 'w1', cluster: 'west' } },
  });
  expect(undo({ node: 'w1' })?.change.target).toBe('node/w1');
});
