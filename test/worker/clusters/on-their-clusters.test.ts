import { expect, test } from '@jest/globals';
import { implementChange, implementRead, type ImplementedStep } from '../../../activities/kit/index.ts';
import { kubernetes } from '../../../activities/kubernetes/contract.ts';
import { onTheirClusters } from '../../../worker/clusters/on-their-clusters.ts';
import { call } from '../../activities/kubernetes/calls.ts';

const state = { node: 'w1', uid: 'u', unschedulable: false, cordonedBy: null };

function clusterOf(name: string, told: unknown[]): { name: string; steps: ImplementedStep[] } {
  return {
    name,
    steps: [
      implementRead(kubernetes.listNodes, async (input) => {
        told.push([name, 'read', input]);
        return { nodes: [] };
      }),
      implementChange(kubernetes.cordonNode, {
        plan: async (input, { earlier }) => {
          told.push([name, 'plan', input, earlier.map((e) => e.target)]);
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
  const [read, cordon] = onTheirClusters([clusterOf('east', told), clusterOf('west', told)]);
  if (!read || !('run' in read) || !cordon || !('implementation' in cordon)) throw new Error('wrong steps');
  return { told, read, cordon: cordon.implementation };
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

test('what a plan did before on another cluster is not seen', async () => {
  const { told, cordon } = worldOf();
  const inputs: Record<string, string>[] = [{ node: 'w2' }, { node: 'w2', cluster: 'west' }];
  const earlier = inputs
    .map((input) => ({
      step: 'kubernetes.cordonNode',
      input,
      target: kubernetes.cordonNode.contract.target({ node: 'w2', cluster: input['cluster'] }),
    }))
    .map((e) => ({ ...e, preconditions: null, preimage: null, operation: 'o' }));
  await cordon.plan({ node: 'w1', cluster: 'west' }, call({ earlier }));
  await cordon.plan({ node: 'w1' }, call({ earlier }));
  expect(told).toEqual([
    ['west', 'plan', { node: 'w1' }, ['west:node/w2']],
    ['east', 'plan', { node: 'w1' }, ['node/w2']],
  ]);
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
