import { expect, test } from '@jest/globals';
import type { Taken } from '../../../../activities/kit/index.ts';
import type { RawNode } from '../../../../activities/kubernetes/client/raw.ts';
import { NODE_POOL_LABELS, type Over } from '../../../../activities/kubernetes/contract/disruption.ts';
import { nodeGroup } from '../../../../activities/kubernetes/disruption/node-groups.ts';

interface Sketch {
  readonly labels?: Record<string, string>;
  readonly cordonedBy?: string;
  readonly ready?: string;
  readonly taint?: string;
  readonly deleted?: boolean;
}
const node = (
  name: string,
  { labels, cordonedBy, ready = 'True', taint, deleted }: Sketch = {},
): RawNode => ({
  metadata: {
    name,
    ...(labels && { labels }),
    ...(deleted && { deletionTimestamp: '2026-11-21T02:47:00Z' }),
    ...(cordonedBy && {
      managedFields: [{ manager: cordonedBy, fieldsV1: { 'f:spec': { 'f:unschedulable': {} } } }],
    }),
  },
  spec: {
    unschedulable: cordonedBy !== undefined,
    ...(taint && { taints: [{ key: taint, effect: 'NoSchedule' }] }),
  },
  status: { conditions: [{ type: 'Ready', status: ready }] },
});
const over = (different: Partial<Over> = {}): Over => ({
  budget: 'b',
  per: 'cluster',
  labels: NODE_POOL_LABELS,
  ...different,
});
const taking = (...before: Taken[]) => ({ taking: { node: 'a' }, before });
const ZONE = 'topology.kubernetes.io/zone';

test('whatever took a node away counts, and is named; the node itself counts once', () => {
  const seen = nodeGroup(
    over(),
    [
      node('a', { cordonedBy: 'kubectl-cordon' }),
      node('b', { cordonedBy: 'ana' }),
      node('c', { ready: 'False' }),
      node('d', { ready: 'Unknown' }),
      node('e', { taint: 'karpenter.sh/disrupted' }),
      node('f', { taint: 'ToBeDeletedByClusterAutoscaler' }),
      node('g', { deleted: true }),
      node('h'),
      node('i', { taint: 'node-role.kubernetes.io/control-plane' }),
    ],
    taking(),
  );
  expect(seen).toMatchObject({ name: 'the cluster', wanted: 9, takes: 1, away: 6 });
  expect(seen?.who.map(({ what, why }) => `${what} ${why}`)).toEqual([
    'b cordoned by ana',
    'c not Ready',
    'd does not report',
    'e being removed by Karpenter',
    'f being removed by the cluster autoscaler',
    'g being deleted',
  ]);
});

test('a zone is the zone of the node that is taken; what has none is a group of its own', () => {
  const nodes = [
    node('a', { labels: { [ZONE]: 'b' } }),
    node('n3', { labels: { [ZONE]: 'b' }, cordonedBy: 'ana' }),
    node('n4', { labels: { [ZONE]: 'c' }, cordonedBy: 'ana' }),
  ];
  expect(nodeGroup(over({ per: 'zone' }), nodes, taking())).toMatchObject({
    name: 'zone b',
    wanted: 2,
    away: 1,
    who: [{ what: 'n3' }],
  });
  expect(nodeGroup(over({ per: 'zone' }), [node('a'), ...nodes.slice(1)], taking())).toMatchObject({
    name: 'no zone',
    wanted: 1,
    away: 0,
  });
});

test('a pool by the labels of the clouds, or by the labels of the configuration', () => {
  const nodes = [
    node('a', { labels: { 'eks.amazonaws.com/nodegroup': 'blue', team: 'x' } }),
    node('b', { labels: { 'eks.amazonaws.com/nodegroup': 'blue', team: 'y' }, ready: 'False' }),
    node('c', { labels: { 'eks.amazonaws.com/nodegroup': 'green', team: 'x' }, ready: 'False' }),
  ];
  const pool = (different: Partial<Over>) =>
    nodeGroup(over({ per: 'node-pool', ...different }), nodes, taking());
  expect(pool({})).toMatchObject({ name: 'node pool blue', wanted: 2, who: [{ what: 'b' }] });
  expect(pool({ labels: ['rack', 'team'] })).toMatchObject({ name: 'node pool x', who: [{ what: 'c' }] });
  expect(pool({ labels: ['rack'] })).toMatchObject({ name: 'no node pool', wanted: 3, away: 2 });
});

test('what the same plan takes before it counts; the same node is said once', () => {
  const nodes = [node('a'), node('b'), node('c')];
  expect(nodeGroup(over(), nodes, taking({ node: 'b' }))).toMatchObject({
    away: 1,
    who: [{ what: 'b', why: 'taken by this plan before it' }],
  });
  expect(nodeGroup(over(), nodes, taking({ node: 'b' }, { node: 'a' }))).toBeUndefined();
});

test('a node that the budget does not name is none of its concern', () => {
  expect(nodeGroup(over({ nodes: 'pool=x' }), [node('b')], taking())).toBeUndefined();
});
