import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { V1Node } from '@kubernetes/client-node';
import { call } from '../calls.ts';
import { openCluster, type Cluster } from '../cluster.ts';
import { kubectl } from '../kubectl.ts';
import { barePod } from '../scene.ts';

let cluster: Cluster;
let node: string;
/** A key of this file's own, so that nothing else in the lab minds. */
const KEY = `nightshift.test/p${process.pid}`;

beforeAll(async () => {
  cluster = await openCluster('marks');
  node = cluster.details.nodes[1]!.name;
});
afterAll(async () => {
  await kubectl(cluster, 'taint', 'node', node, `${KEY}-`);
  await kubectl(cluster, 'label', 'node', node, `${KEY}-`, `${KEY}-by-hand-`);
  await cluster.close();
});

const present = () =>
  cluster.admin.read<V1Node>({ apiVersion: 'v1', kind: 'Node', metadata: { name: node } });
const taints = async () => ((await present()).spec?.taints ?? []).filter((t) => t.key.startsWith(KEY));
const writes = (since: Date) => cluster.writes({ since, resource: 'nodes', name: node });

test('a taint: seen before it is written, written once as kubectl writes it, and taken away again', async () => {
  const step = cluster.changing('taintNode');
  const mark = `${KEY}:PreferNoSchedule`;
  const input = { node, taints: { [mark]: 'a' }, overwrite: false };
  const since = new Date();
  const planned = await step.plan(input, call());
  expect(planned).toMatchObject({
    dryRun: 'server',
    diff: [{ path: `spec.taints["${mark}"]`, before: null, after: 'a' }],
    preimage: { present: { [mark]: null } },
  });
  expect(await writes(since)).toEqual([]);
  expect(await step.probe(input, planned.preconditions, call())).toEqual({ state: 'not-applied' });
  expect(await step.apply(input, planned.preconditions, call())).toMatchObject({ outcome: 'applied' });
  expect(await step.apply(input, planned.preconditions, call())).toMatchObject({
    outcome: 'already-satisfied',
  });
  expect(await writes(since)).toHaveLength(1);
  const ours = await taints();

  const overwriting = { ...input, taints: { [mark]: 'b' } };
  await expect(step.plan(overwriting, call())).rejects.toMatchObject({
    kind: 'refused',
    message: `${node} has the taint ${mark} already, with the value "a"`,
  });
  const said = await kubectl(cluster, 'taint', 'node', node, `${KEY}=b:PreferNoSchedule`);
  expect(said).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('--overwrite is false') });

  const undo = step.undo!(planned.preimage, { input, operation: 'o' })!;
  expect(await step.apply(undo.change.input, undo.preconditions, call())).toMatchObject({
    outcome: 'applied',
  });
  expect(await taints()).toEqual([]);
  await kubectl(cluster, 'taint', 'node', node, `${KEY}=a:PreferNoSchedule`);
  expect(await taints()).toEqual(ours);
  await expect(step.apply(input, { uid: 'another', present: {} }, call())).rejects.toMatchObject({
    kind: 'conflict',
    message: `Node ${node} was replaced: another one has its name now`,
  });
});

test('a taint that evicts names the pods that it puts off the node, and is disruptive', async () => {
  const pod = barePod(cluster, 'stays-not');
  await cluster.make({ ...pod, spec: { ...pod.spec, nodeName: node } });
  const input = { node, taints: { [`${KEY}:NoExecute`]: 'x' }, overwrite: false };
  const planned = await cluster.changing('taintNode').plan(input, call());
  expect(planned.risk).toBe('disruptive');
  expect(planned.warnings![0]).toMatch(/do not tolerate that and are put off it/);
});

test('a label: set beside one that somebody sets by hand, refused over another value, undone', async () => {
  const step = cluster.changing('labelNode');
  const input = { node, labels: { [KEY]: 'blue' }, overwrite: false };
  const planned = await step.plan(input, call());
  expect(planned.diff).toEqual([{ path: `metadata.labels["${KEY}"]`, before: null, after: 'blue' }]);
  await kubectl(cluster, 'label', 'node', node, `${KEY}-by-hand=x`);
  expect(await step.apply(input, planned.preconditions, call())).toMatchObject({ outcome: 'applied' });
  expect((await present()).metadata?.labels).toMatchObject({ [KEY]: 'blue', [`${KEY}-by-hand`]: 'x' });
  await expect(step.plan({ ...input, labels: { [KEY]: 'red' } }, call())).rejects.toMatchObject({
    kind: 'refused',
    next: expect.stringContaining('overwrite: true'),
  });

  const undo = step.undo!(planned.preimage, { input, operation: 'o' })!;
  await kubectl(cluster, 'label', 'node', node, `${KEY}=green`, '--overwrite');
  expect(await step.probe(input, planned.preconditions, call())).toMatchObject({ state: 'unknown' });
  await expect(step.apply(undo.change.input, undo.preconditions, call())).rejects.toMatchObject({
    kind: 'conflict',
    message: `Node ${node} was changed since this was planned: ${KEY} is "green", not "blue"`,
  });
});

test('a label by which a DaemonSet selects its nodes names it', async () => {
  await cluster.make({
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: { name: 'selecting', namespace: cluster.namespace },
    spec: {
      selector: { matchLabels: { app: 'selecting' } },
      template: {
        metadata: { labels: { app: 'selecting' } },
        spec: { nodeSelector: { [`${KEY}-ds`]: 'yes' }, containers: [{ name: 'app', image: 'none' }] },
      },
    },
  });
  const input = { node, labels: { [`${KEY}-ds`]: 'no' }, overwrite: false };
  expect(await cluster.changing('labelNode').plan(input, call())).toMatchObject({
    risk: 'disruptive',
    warnings: [expect.stringContaining(`${cluster.namespace}/selecting`)],
  });
});
