import { expect, test } from '@jest/globals';
import { topologyOf } from '../../../runbooks/analysis/topology-of.ts';
import { TopologyFacts } from '../../../workflows/messages.ts';
import { pod, sick } from '../pod.ts';

const [well, bad, homeless] = [pod('a', { node: 'w1' }), sick('b', { node: 'w2' }), pod('c', { node: null })];

test('what the run read, and nothing else: pods on their nodes, what is sick, what the service calls', () => {
  const { text, facts } = topologyOf({
    ...{ service: 'shop', calls: ['db'], pods: [well, bad, homeless], sick: [bad], brokenNodes: ['w2'] },
  });
  expect(text).toBe('Broken: 1 of 3 pods of shop; and w2');
  expect(TopologyFacts.parse({ ...facts, left: 0, leftBroken: 0 })).toEqual({
    services: [
      { name: 'shop', broken: true, calls: ['db'] },
      { name: 'db', broken: false, calls: [] },
    ],
    pods: [
      { name: 'a', service: 'shop', node: 'w1', broken: false },
      { name: 'b', service: 'shop', node: 'w2', broken: true },
      { name: 'c', service: 'shop', node: null, broken: false },
    ],
    nodes: [
      { name: 'w2', broken: true },
      { name: 'w1', broken: false },
    ],
    left: 0,
    leftBroken: 0,
  });
});

test('a service that does not answer is broken though none of its pods is', () => {
  const { text, facts } = topologyOf({
    ...{ service: 'shop', pods: [well], sick: [], brokenNodes: [], broken: true },
  });
  expect(text).toBe('Broken: 0 of 1 pods of shop');
  expect(facts.services).toEqual([{ name: 'shop', broken: true, calls: [] }]);
});
