/**
 * The Merkle tree of RFC 6962, section 2.1 (SHA-256; leaves prefixed with 0x00, nodes with 0x01). Pure. A tree over
 * `size` leaves is made of complete subtrees, named by level and index (level 0 is the leaves), which never change once
 * they are complete: the ledger stores those, and every proof is put together from a few of them.
 */
import { createHash } from 'node:crypto';

export const leafHash = (data: string): Buffer =>
  createHash('sha256').update('\0').update(data, 'utf8').digest();

export const nodeHash = (left: Buffer, right: Buffer): Buffer =>
  createHash('sha256').update('\x01').update(left).update(right).digest();

export const EMPTY_ROOT: Buffer = createHash('sha256').digest();

/** The leaves from `from` up to and without `to`. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

/** A complete subtree: the leaves from `index * 2^level` on, `2^level` of them. */
export interface NodeName {
  readonly level: number;
  readonly index: number;
}

export type Nodes = (name: NodeName) => Buffer;

/** The complete subtrees that make up a range whose start is aligned, left to right. */
export function nodesOf({ from, to }: Range): NodeName[] {
  const names: NodeName[] = [];
  for (let at = from; at < to;) {
    let level = 0;
    while (at % 2 ** (level + 1) === 0 && at + 2 ** (level + 1) <= to) level += 1;
    names.push({ level, index: at / 2 ** level });
    at += 2 ** level;
  }
  return names;
}

/** The hash over a range, from its complete subtrees. */
export function rangeHash(range: Range, nodes: Nodes): Buffer {
  const hashes = nodesOf(range).map(nodes);
  if (hashes.length === 0) return EMPTY_ROOT;
  return hashes.reduceRight((right, left) => nodeHash(left, right));
}

/** What an inclusion proof of leaf `index` in a tree of `size` is made of, lowest first. */
export function inclusionRanges(index: number, { from, to }: Range): Range[] {
  if (to - from <= 1) return [];
  const middle = from + split(to - from);
  return index < middle
    ? [...inclusionRanges(index, { from, to: middle }), { from: middle, to }]
    : [...inclusionRanges(index, { from: middle, to }), { from, to: middle }];
}

/** What a proof is made of that the tree of `old` leaves is the beginning of the tree of `size`. */
export function consistencyRanges(old: number, size: number): Range[] {
  const sub = ({ from, to }: Range, whole: boolean): Range[] => {
    if (old === to) return whole ? [] : [{ from, to }];
    const middle = from + split(to - from);
    return old <= middle
      ? [...sub({ from, to: middle }, whole), { from: middle, to }]
      : [...sub({ from: middle, to }, false), { from, to: middle }];
  };
  return old === 0 || old === size ? [] : sub({ from: 0, to: size }, true);
}

/** The root that follows from a leaf and its proof; undefined when the proof has the wrong length. */
export function rootFromInclusion(o: {
  index: number;
  size: number;
  leaf: Buffer;
  proof: readonly Buffer[];
}): Buffer | undefined {
  if (o.proof.length !== inclusionRanges(o.index, { from: 0, to: o.size }).length) return undefined;
  const proof = [...o.proof];
  const climb = (index: number, size: number): Buffer => {
    if (size === 1) return o.leaf;
    const middle = split(size);
    const other = proof.pop()!;
    return index < middle
      ? nodeHash(climb(index, middle), other)
      : nodeHash(other, climb(index - middle, size - middle));
  };
  return climb(o.index, o.size);
}

/** True when the tree with root `oldRoot` over `old` leaves is the beginning of the tree with `root` over `size`. */
export function isConsistent(o: {
  old: number;
  oldRoot: Buffer;
  size: number;
  root: Buffer;
  proof: readonly Buffer[];
}): boolean {
  if (o.old > o.size || o.proof.length !== consistencyRanges(o.old, o.size).length) return false;
  if (o.old === 0) return o.oldRoot.equals(EMPTY_ROOT);
  const proof = [...o.proof];
  const climb = (old: number, size: number, whole: boolean): [Buffer, Buffer] => {
    if (old === size) {
      const same = whole ? o.oldRoot : proof.pop()!;
      return [same, same];
    }
    const middle = split(size);
    const other = proof.pop()!;
    if (old <= middle) {
      const [before, after] = climb(old, middle, whole);
      return [before, nodeHash(after, other)];
    }
    const [before, after] = climb(old - middle, size - middle, false);
    return [nodeHash(other, before), nodeHash(other, after)];
  };
  const [before, after] = climb(o.old, o.size, true);
  return before.equals(o.oldRoot) && after.equals(o.root);
}

/** The subtrees that become complete when leaves are added to a tree of `size` leaves, the leaves among them. */
export function grow(
  size: number,
  leaves: readonly Buffer[],
  nodes: Nodes,
): (NodeName & { readonly hash: Buffer })[] {
  const made = new Map<string, Buffer>();
  const grown: (NodeName & { hash: Buffer })[] = [];
  const get = (name: NodeName): Buffer => made.get(`${name.level}/${name.index}`) ?? nodes(name);
  const put = (name: NodeName, hash: Buffer): void => {
    made.set(`${name.level}/${name.index}`, hash);
    grown.push({ ...name, hash });
  };
  leaves.forEach((leaf, n) => {
    let [level, index] = [0, size + n];
    put({ level, index }, leaf);
    while (index % 2 === 1) {
      const hash = nodeHash(get({ level, index: index - 1 }), get({ level, index }));
      [level, index] = [level + 1, (index - 1) / 2];
      put({ level, index }, hash);
    }
  });
  return grown;
}

/** The largest power of two below `size`. */
function split(size: number): number {
  let k = 1;
  while (k * 2 < size) k *= 2;
  return k;
}
