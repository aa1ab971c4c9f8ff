import { expect, test } from '@jest/globals';
import { layoutOf, MOST_LABS } from '../../lab/layout.ts';
import { rangesOverlap } from '../../lab/machine/address-range.ts';

const layout = (name: string, index = 0) => layoutOf({ name, index, stateDirectory: '/state' });

test("names carry the lab, fit into an interface name and are nobody else's prefix", () => {
  const { bridge, nodes } = layout('abcdefgh');
  expect([bridge, ...nodes.map(({ link }) => link)].every((name) => name.length <= 15)).toBe(true);
  expect(nodes.map(({ namespace }) => namespace)).toContain('nsl-abcdefgh-node-worker-1');
});

test.each(['', 'Lab', 'a-b', '1lab', 'abcdefghi', 'a/b'])('%p is refused as a name', (name) => {
  expect(() => layout(name)).toThrow("cannot be a lab's name");
});

test('no two labs share an address', () => {
  const ranges = Array.from({ length: MOST_LABS }, (_, index) => layout('lab', index)).flatMap(
    ({ nodeCidr, podCidr }) => [nodeCidr, podCidr],
  );
  const overlaps = ranges.flatMap((one, at) =>
    ranges.slice(at + 1).filter((other) => rangesOverlap(one, other)),
  );
  expect(overlaps).toEqual([]);
});

test.each([
  ['10.99.0.0/24', '10.99.0.7', true],
  ['10.99.0.0/24', '10.99.1.7', false],
  ['10.0.0.0/8', '10.244.0.0/16', true],
  ['0.0.0.0/0', '192.0.2.1', true],
  ['192.168.0.0/16', '193.168.0.0/16', false],
])('%s and %s overlap: %p', (one, other, overlap) => {
  expect(rangesOverlap(one, other)).toBe(overlap);
  expect(rangesOverlap(other, one)).toBe(overlap);
});
