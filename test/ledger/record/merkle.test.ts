import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  consistencyRanges,
  EMPTY_ROOT,
  grow,
  inclusionRanges,
  isConsistent,
  leafHash,
  rangeHash,
  rootFromInclusion,
  type Nodes,
} from '../../../ledger/record/merkle.ts';

/** Inputs and roots of the reference tests of Certificate Transparency (certificate-transparency-go, RFC 6962 tree). */
const INPUTS = [
  '',
  '00',
  '10',
  '2021',
  '3031',
  '40414243',
  '5051525354555657',
  '606162636465666768696a6b6c6d6e6f',
];
const ROOTS = [
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
];

function treeOf(leaves: readonly Buffer[]): Nodes {
  const nodes = new Map<string, Buffer>();
  const get: Nodes = ({ level, index }) => nodes.get(`${level}/${index}`)!;
  for (const { level, index, hash } of grow(0, leaves, get)) nodes.set(`${level}/${index}`, hash);
  return get;
}

test('roots are those of the RFC 6962 reference tests', () => {
  const leaves = INPUTS.map((hex) => leafHash(Buffer.from(hex, 'hex').toString('latin1')));
  const nodes = treeOf(leaves);
  ROOTS.forEach((root, i) => expect(rangeHash({ from: 0, to: i + 1 }, nodes).toString('hex')).toBe(root));
  expect(EMPTY_ROOT.toString('hex')).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
});

const sized = Array.from({ length: 63 }, (_, i) => leafHash(`leaf ${i}`));
const nodes = treeOf(sized);
const rootAt = (size: number): Buffer => rangeHash({ from: 0, to: size }, nodes);

test('every leaf of every tree is proven, and no other leaf or place by its proof', () => {
  for (let size = 1; size <= 34; size += 1) {
    for (let index = 0; index < size; index += 1) {
      const proof = inclusionRanges(index, { from: 0, to: size }).map((range) => rangeHash(range, nodes));
      expect(rootFromInclusion({ index, size, leaf: sized[index]!, proof })).toEqual(rootAt(size));
      expect(rootFromInclusion({ index, size, leaf: leafHash('other'), proof })).not.toEqual(rootAt(size));
      if (index > 0) {
        expect(rootFromInclusion({ index: index - 1, size, leaf: sized[index]!, proof })).not.toEqual(
          rootAt(size),
        );
      }
    }
  }
});

test('every earlier tree is proven to be the beginning, and no other tree', () => {
  for (let size = 1; size <= 34; size += 1) {
    for (let old = 0; old <= size; old += 1) {
      const proof = consistencyRanges(old, size).map((range) => rangeHash(range, nodes));
      const claim = { old, oldRoot: rootAt(old), size, root: rootAt(size), proof };
      expect(isConsistent(claim)).toBe(true);
      expect(isConsistent({ ...claim, oldRoot: leafHash('other') })).toBe(false);
      if (old > 0) expect(isConsistent({ ...claim, root: leafHash('other') })).toBe(false);
      expect(isConsistent({ ...claim, proof: [...proof, leafHash('more')] })).toBe(false);
    }
  }
});

test('growing in pieces gives the tree of growing at once', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 7 }), (pieces) => {
      const kept = new Map<string, Buffer>();
      const get: Nodes = ({ level, index }) => kept.get(`${level}/${index}`)!;
      let size = 0;
      for (const piece of pieces) {
        const added = grow(size, sized.slice(size, size + piece), get);
        for (const { level, index, hash } of added) kept.set(`${level}/${index}`, hash);
        size += piece;
        expect(rangeHash({ from: 0, to: size }, get)).toEqual(rootAt(size));
      }
    }),
  );
});
