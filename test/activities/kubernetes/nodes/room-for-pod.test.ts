import { expect, test } from '@jest/globals';
import { podAmount } from '../../../../activities/kubernetes/nodes/pod-requests.ts';
import { roomForPod } from '../../../../activities/kubernetes/nodes/room-for-pod.ts';
import { rawNode, rawPod } from '../objects.ts';

const asks = (cpu: string, memory = '64Mi') => ({
  name: 'app',
  image: 'a',
  resources: { requests: { cpu, memory } },
});
const pod = (name: string, node: string, cpu: string, spec = {}) =>
  rawPod({ metadata: { name, uid: name }, spec: { nodeName: node, containers: [asks(cpu)], ...spec } });
const sick = pod('sick', 'w3', '500m');
const room = (
  nodes: ReturnType<typeof rawNode>[],
  pods = [sick],
  moving = sick,
  without: string[] = ['w3'],
) => roomForPod({ pod: moving, nodes, pods, without: new Set(without) }).map((n) => n.metadata?.name);

test('where it fits: not on the node that this plan cordons, a cordoned, unready, tainted or full one', () => {
  const nodes = [
    rawNode('w1'),
    rawNode('w2', { spec: { unschedulable: true } }),
    rawNode('w3'),
    rawNode('w4', { ready: false }),
    rawNode('w5', { spec: { taints: [{ key: 'gpu', value: 'yes', effect: 'NoSchedule' }] } }),
    rawNode('w6'),
    rawNode('w7', { spec: { taints: [{ key: 'busy', effect: 'PreferNoSchedule' }] } }),
  ];
  expect(room(nodes, [sick, pod('big', 'w6', '1600m')])).toEqual(['w1', 'w7']);
});

test('a toleration and a node selector count', () => {
  const gpu = rawNode('w5', {
    spec: { taints: [{ key: 'gpu', value: 'yes', effect: 'NoSchedule' }] },
    labels: { disk: 'ssd' },
  });
  const tolerant = pod('t', 'w3', '100m', { tolerations: [{ key: 'gpu', operator: 'Equal', value: 'yes' }] });
  expect(room([gpu], [], tolerant)).toEqual(['w5']);
  expect(
    room(
      [gpu],
      [],
      pod('p', 'w3', '1m', { nodeSelector: { disk: 'hdd' }, tolerations: [{ operator: 'Exists' }] }),
    ),
  ).toEqual([]);
});

test('a pod counts for its greediest phase: containers and sidecars together, or an init container', () => {
  const of = (spec: object) => podAmount(rawPod({ spec }), 'requests').cpuMillis;
  expect(of({ containers: [asks('100m'), asks('200m')] })).toBe(300);
  expect(of({ containers: [asks('100m')], initContainers: [asks('1')] })).toBe(1000);
  expect(
    of({
      containers: [asks('100m')],
      initContainers: [{ ...asks('50m'), restartPolicy: 'Always' }, asks('80m')],
    }),
  ).toBe(150);
  expect(of({ containers: [asks('100m')], overhead: { cpu: '20m' } })).toBe(120);
});
