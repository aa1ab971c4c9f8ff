/**
 * B2, reads: what one more read costs in a run of 3 to 40, as the slope over runs of several lengths. Peers: a bare
 * local activity and a bare ordinary one on the same server, and a bare ordinary one on a development server as it comes.
 */
import type { Nightshift } from './house/nightshift.ts';
import { alternate, type Plan } from './measure/alternate.ts';
import { compare, type Comparison } from './measure/compare.ts';
import { ratioPairs, slope, spread, type Spread } from './measure/statistics.ts';
import type { Peer } from './peer/peer.ts';

export interface ReadSteps extends Comparison {
  /** Milliseconds for one more. */
  readonly nightshiftMs: Spread;
  readonly bareLocalMs: Spread;
  readonly bareOrdinaryMs: Spread;
  readonly stockOrdinaryMs: Spread;
  /** A bare ordinary activity on a stock server by one of our reads. */
  readonly stockByNightshift: Spread;
}

const LENGTHS = [3, 12, 26, 40];
/** A stock server takes 100 ms an activity: two lengths are enough of that. */
const STOCK_LENGTHS = [3, 40];

type Point = { readonly x: number; readonly y: number };

export async function readSteps(
  { nightshift, peer, stock }: { nightshift: Nightshift; peer: Peer; stock: Peer },
  plan: Plan,
): Promise<ReadSteps> {
  const points = async (lengths: readonly number[], run: (reads: number) => Promise<number>) => {
    const measured: Point[] = [];
    for (const x of lengths) measured.push({ x, y: await run(x) });
    return measured;
  };
  const bare = () => points(LENGTHS, (reads) => peer.run('lookLocally', reads));
  const measured = await alternate<Point[]>(
    [
      { name: 'local', measure: bare },
      {
        name: 'nightshift',
        measure: () => points(LENGTHS, (reads) => nightshift.run('look', { reads })),
      },
      { name: 'local again', measure: bare },
      { name: 'ordinary', measure: () => points(LENGTHS, (reads) => peer.run('lookOrdinarily', reads)) },
    ],
    plan,
  );
  const onStock = await alternate<Point[]>(
    [{ name: 'stock', measure: () => points(STOCK_LENGTHS, (reads) => stock.run('lookOrdinarily', reads)) }],
    { ...plan, turns: 1, warmUp: 1, onBlock: () => undefined },
  );
  const cost = (blocks: Point[][][]) => blocks.map((turns) => slope(turns.flat()));
  const [ours, theirs, theirsAgain] = [
    measured['nightshift']!,
    measured['local']!,
    measured['local again']!,
  ].map(cost) as [number[], number[], number[]];
  const stockCost = cost(onStock['stock']!);
  return {
    ...compare({ ours, theirs, theirsAgain }),
    nightshiftMs: spread(ours),
    bareLocalMs: spread([...theirs, ...theirsAgain]),
    bareOrdinaryMs: spread(cost(measured['ordinary']!)),
    stockOrdinaryMs: spread(stockCost),
    stockByNightshift: spread(ratioPairs(stockCost, ours)),
  };
}
