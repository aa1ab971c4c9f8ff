/** Runs cut into stages, measured in turns with a peer that is measured twice: once to compare with, once as the control. */
import { alternate, type Plan } from './alternate.ts';
import { compare, ofBlocks, type Comparison } from './compare.ts';
import { total, type Stage } from './stages.ts';
import { spread, type Spread } from './statistics.ts';

type Runs = readonly (readonly Stage[])[];

export interface BesidePeer {
  readonly comparison: Comparison & { readonly nightshiftMs: Spread; readonly peerMs: Spread };
  readonly ourRuns: Runs;
  readonly peerRuns: Runs;
}

/** Each of the three works on a node of its own: the first three of `nodes`. */
export async function besidePeer(
  o: {
    readonly nodes: readonly string[];
    readonly ours: (node: string) => Promise<Stage[]>;
    readonly theirs: (node: string) => Promise<Stage[]>;
  },
  plan: Plan,
): Promise<BesidePeer> {
  const [first, second, third] = o.nodes as [string, string, string];
  const measured = await alternate(
    [
      { name: 'peer', measure: () => o.theirs(first) },
      { name: 'nightshift', measure: () => o.ours(second) },
      { name: 'peer again', measure: () => o.theirs(third) },
    ],
    plan,
  );
  const times = (name: string) => ofBlocks(measured[name]!.map((block) => block.map(total)));
  const [ours, theirs, theirsAgain] = [times('nightshift'), times('peer'), times('peer again')];
  return {
    comparison: {
      ...compare({ ours, theirs, theirsAgain }),
      nightshiftMs: spread(ours),
      peerMs: spread([...theirs, ...theirsAgain]),
    },
    ourRuns: measured['nightshift']!.flat(),
    peerRuns: [...measured['peer']!, ...measured['peer again']!].flat(),
  };
}
