/** Which connection pools are full, and who has the connections. */

export interface PodPool {
  readonly pod: string;
  readonly inUse: number;
  readonly size: number;
  readonly leastInUse: number;
}

/** A pool with less than a tenth free makes requests wait. */
const FULL = 0.9;
export const isFull = ({ inUse, size }: Pick<PodPool, 'inUse' | 'size'>): boolean => inUse >= FULL * size;
/** Full at every look: what is borrowed for a request comes back and is seen free now and then. */
const isHeld = ({ leastInUse, size }: PodPool): boolean => leastInUse >= FULL * size;

/** A line for each pod, for people. */
export const poolInWords = ({ pod, inUse, size, leastInUse }: PodPool): string =>
  `${pod}: ${inUse} of ${size} in use, never fewer than ${leastInUse}`;

interface Place {
  readonly function: string;
  readonly at: string;
  readonly share: number;
}

export type Holder =
  | { readonly who: 'nobody' | 'unknown' | 'in-turn'; readonly words: string }
  | { readonly who: 'function'; readonly function: string; readonly at: string; readonly words: string };

/** Goroutines that wait for a connection stand in one of these; those that have one do not. */
const WAITS = /(take|acquire|borrow|checkout|getconn|wait)/i;
/** One goroutine in a function is how servers and loops of a program look. */
const ALONE = 1.5;

/**
 * Who has the connections of a full pool, from what its goroutines do; `profile` is undefined where there is none to be
 * had. Connections that come back now and then are in turn with those who ask; those that never do are held by a function
 * that many goroutines stand in, or by nobody: they were lost.
 */
export function poolHolder(
  pool: PodPool,
  profile: { readonly total: number; readonly ownCode: readonly Place[] } | undefined,
): Holder {
  if (!isHeld(pool))
    return {
      who: 'in-turn',
      words: `connections of ${pool.pod} do come back (${pool.leastInUse} were in use at the least): there are fewer than it asks for`,
    };
  const never = `${pool.inUse} of ${pool.size} connections of ${pool.pod} never come back`;
  if (!profile) return { who: 'unknown', words: `${never}, and what its program does is not known` };
  const busy = profile.ownCode
    .map((place) => ({ ...place, goroutines: Math.round(place.share * profile.total) }))
    .filter((place) => place.goroutines > ALONE && !WAITS.test(place.function))
    .sort((a, b) => b.goroutines - a.goroutines);
  const standing = busy.reduce((sum, { goroutines }) => sum + goroutines, 0);
  const [most] = busy;
  if (!most || standing < pool.inUse / 2)
    return {
      who: 'nobody',
      words: `${never}, and only ${standing} goroutines do anything with one: they were lost, not given back`,
    };
  return {
    who: 'function',
    function: most.function,
    at: most.at,
    words: `${never}: ${most.goroutines} goroutines stand in ${most.function}${most.at && ` (${most.at})`}`,
  };
}
