/** A run cut at its moments into named stages that add up to the whole. */
import { mean, middleHalf } from './statistics.ts';

export interface Stage {
  readonly name: string;
  readonly ms: number;
}

/** Cuts the time from `from` at each `until`, in order. Throws when a moment comes before the one it should follow. */
export function cut(
  from: number,
  moments: readonly { readonly name: string; readonly until: number }[],
): Stage[] {
  let before = from;
  return moments.map(({ name, until }) => {
    const ms = until - before;
    if (ms < 0) throw new Error(`the stage "${name}" ends ${-ms} ms before it begins`);
    before = until;
    return { name, ms };
  });
}

export const total = (stages: readonly Stage[]): number => stages.reduce((sum, { ms }) => sum + ms, 0);

/** What each stage takes, as the mean over the middle half of the runs: the stages still add up to the whole. */
export function budget(runs: readonly (readonly Stage[])[]): Stage[] {
  const middle = middleHalf(runs, total);
  return middle[0]!.map(({ name }, i) => ({ name, ms: mean(middle.map((run) => run[i]!.ms)) }));
}
