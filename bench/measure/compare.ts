/** What a series of alternating blocks says: each contender's time, and the ratio of neighbours with its spread. */
import { median, ratioPairs, spread, type Spread } from './statistics.ts';

/** Each block's median. */
export const ofBlocks = (blocks: readonly (readonly number[])[]): number[] => blocks.map(median);

export interface Comparison {
  /** Ours by theirs, block by block. */
  readonly ratio: Spread;
  /** Theirs by theirs, measured in the same way: how far from 1 chance alone leads. */
  readonly control: Spread;
}

export function compare(o: {
  readonly ours: readonly number[];
  readonly theirs: readonly number[];
  readonly theirsAgain: readonly number[];
}): Comparison {
  const { ours, theirs, theirsAgain } = o;
  const both = theirs.map((value, i) => (value + theirsAgain[i]!) / 2);
  return { ratio: spread(ratioPairs(ours, both)), control: spread(ratioPairs(theirsAgain, theirs)) };
}
