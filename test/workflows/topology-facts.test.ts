import { expect, test } from '@jest/globals';
import { MAX_FACTS } from '../../workflows/journal.ts';
import { TopologyFacts } from '../../workflows/messages.ts';
import { topologyFacts } from '../../workflows/topology-facts.ts';

const long = (name: string, letters: number) => name.padEnd(letters, '-x');
const seen = (count: number, letters: number, broken: (i: number) => boolean) => ({
  services: [{ name: 'shop', broken: true, calls: ['db'] }],
  pods: Array.from({ length: count }, (_, i) => ({
    ...{
      name: long(`pod-${i}`, letters),
      service: 'shop',
      node: long(`node-${i}`, letters),
      broken: broken(i),
    },
  })),
  nodes: Array.from({ length: count }, (_, i) => ({
    name: long(`node-${i}`, letters),
    broken: i === count - 1,
  })),
});

test('what is small is kept as it is, what is broken first', () => {
  const small = seen(3, 8, (i) => i === 1);
  expect(topologyFacts(small)).toEqual({
    services: small.services,
    pods: [small.pods[1], small.pods[0], small.pods[2]],
    nodes: [small.nodes[2], small.nodes[0], small.nodes[1]],
    ...{ left: 0, leftBroken: 0 },
  });
});

test('of nodes those are kept that are broken or that a shown pod stands on', () => {
  const facts = topologyFacts(seen(100, 8, (i) => i < 2));
  expect(facts.pods).toHaveLength(60);
  expect(facts).toMatchObject({ left: 40, leftBroken: 0 });
  const names = facts.nodes.map(({ name }) => name);
  expect(names[0]).toBe(long('node-99', 8));
  expect(facts.pods.filter(({ node }) => !names.includes(node!)).length).toBeLessThanOrEqual(1);
});

test('long names: as many pods as the journal keeps whole, the others counted', () => {
  const facts = topologyFacts(seen(80, 250, (i) => i >= 10));
  expect(TopologyFacts.parse(facts)).toEqual(facts);
  const length = JSON.stringify(facts).length;
  expect(length).toBeLessThanOrEqual(MAX_FACTS);
  // No more is left out than has to be: one more pod with its node does not fit.
  expect(length).toBeGreaterThan(MAX_FACTS - 1_000);
  expect(facts.pods.every(({ broken }) => broken)).toBe(true);
  expect(facts.left).toBe(80 - facts.pods.length);
  expect(facts.leftBroken).toBe(70 - facts.pods.length);
  expect(facts.nodes[0]).toMatchObject({ broken: true });
});

test('broken nodes alone that are too many are cut as well, and many services', () => {
  const facts = topologyFacts({
    services: Array.from({ length: 12 }, (_, i) => ({
      ...{ name: `s${i}`, broken: false, calls: Array.from({ length: 12 }, (_, j) => `s${j}`) },
    })),
    pods: [],
    nodes: Array.from({ length: 90 }, (_, i) => ({ name: long(`node-${i}`, 250), broken: true })),
  });
  expect(TopologyFacts.parse(facts)).toEqual(facts);
  expect(JSON.stringify(facts).length).toBeLessThanOrEqual(MAX_FACTS);
  expect(facts.nodes.length).toBeGreaterThan(40);
});
