/**
 * B2, changes: what one more change of a plan granted by policy costs, and which promise takes how much of it. Peer: one
 * more bare activity that writes the same.
 */
import type { Nightshift } from './house/nightshift.ts';
import type { Nodes } from './house/nodes.ts';
import { alternate, type Plan } from './measure/alternate.ts';
import { compare, type Comparison } from './measure/compare.ts';
import { budget, type Stage } from './measure/stages.ts';
import { mean, slope, spread, type Spread } from './measure/statistics.ts';
import type { Trace } from './measure/trace.ts';
import type { Peer } from './peer/peer.ts';

export interface OneMoreChange extends Comparison {
  readonly nightshiftMs: Spread;
  readonly peerMs: Spread;
  readonly stages: readonly Stage[];
}

interface Measured {
  readonly points: readonly { readonly x: number; readonly y: number }[];
  readonly stages?: readonly Stage[];
}

export async function oneMoreChange(
  o: { nightshift: Nightshift; peer: Peer; nodes: Nodes; trace: Trace },
  plan: Plan,
): Promise<OneMoreChange> {
  const { nightshift, peer, nodes, trace } = o;
  const lengths = [1, nodes.names.length];
  const points = async (run: (names: readonly string[]) => Promise<number>) => {
    const measured = [];
    for (const x of lengths) {
      const names = nodes.names.slice(0, x);
      trace.begin();
      measured.push({ x, y: await run(names) });
      for (const name of names) await nodes.reset(name);
    }
    return measured;
  };
  const bare = async (): Promise<Measured> => ({
    points: await points((names) => peer.run('cordon', names)),
  });
  const measured = await alternate<Measured>(
    [
      { name: 'peer', measure: bare },
      {
        name: 'nightshift',
        measure: async () => ({
          points: await points((names) => nightshift.run('cordon', { nodes: [...names], incident: 'bench' })),
          stages: stagesOfOne(trace, nodes.names.length),
        }),
      },
      { name: 'peer again', measure: bare },
    ],
    plan,
  );
  const cost = (name: string) => measured[name]!.map((turns) => slope(turns.flatMap((turn) => turn.points)));
  const [ours, theirs, theirsAgain] = [cost('nightshift'), cost('peer'), cost('peer again')];
  return {
    ...compare({ ours, theirs, theirsAgain }),
    nightshiftMs: spread(ours),
    peerMs: spread([...theirs, ...theirsAgain]),
    stages: budget(measured['nightshift']!.flat().map((turn) => turn.stages!)),
  };
}

/** One change of a plan of `count`: from the beginning of its apply activity to that of the next one, and its share of the plan. */
function stagesOfOne(trace: Trace, count: number): Stage[] {
  const each = (from: (n: number) => number, until: (n: number) => number) =>
    mean(Array.from({ length: count - 1 }, (_, n) => until(n) - from(n)));
  // Signatures verified: of the start for the run, of the start for the plan, then one for each change.
  const begun = (n: number) => trace.at('signature', 2 + n);
  const at = (name: string) => (n: number) => trace.at(name, n);
  const planned = trace.at('step.plan.end', count - 1) - trace.at('signature', 1);
  return [
    { name: 'plan', ms: planned / count },
    { name: 'grant', ms: each(begun, at('ledger.beginIntent')) },
    { name: 'intent', ms: each(at('ledger.beginIntent'), at('ledger.beginIntent.end')) },
    { name: 'apply', ms: each(at('ledger.beginIntent.end'), at('step.apply.end')) },
    { name: 'result', ms: each(at('step.apply.end'), at('ledger.finishIntent.end')) },
    { name: 'Temporal, to the next', ms: each(at('ledger.finishIntent.end'), (n) => begun(n + 1)) },
  ];
}
