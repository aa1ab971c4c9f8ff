/** Which connection pools are full, and who has the connections. */

export interface PodPool {
  readonly pod: string;
  readonly inUse: number;
  readonly size: number;
  /** Null where it was not measured for long enough. */
  readonly leastInUse: number | null;
}

/** A pool with less than a tenth free makes requests wait. */
const FULL = 0.9;
export const isFull = ({ inUse, size }: Pick<PodPool, 'inUse' | 'size'>): boolean => inUse >= FULL * size;
/** Full at every look: its connections are kept or lost, or so many wait that each is taken again at once. */
export const isHeld = ({ leastInUse, size }: PodPool): boolean =>
  leastInUse !== null && leastInUse >= FULL * size;

/** Of full pools, the one that most is seen of: whose connections come back least. */
export const fullestOf = (full: readonly PodPool[]): PodPool | undefined =>
  full.toSorted((a, b) => (b.leastInUse ?? 0) / b.size - (a.leastInUse ?? 0) / a.size)[0];

/** A line for each pod, for people. */
export const poolInWords = ({ pod, inUse, size, leastInUse }: PodPool): string =>
  `${pod}: ${inUse} of ${size} in use, ${leastInUse === null ? 'for how long is not measured yet' : `never fewer than ${leastInUse}`}`;

interface Place {
  readonly function: string;
  readonly at: string;
  readonly share: number;
}

export type Holder =
  | { readonly who: 'nobody' | 'unknown' | 'in-turn'; readonly words: string }
  | { readonly who: 'function'; readonly function: string; readonly at: string; readonly words: string };

/** Goroutines that wait for a connection of a program's own pool stand in one of these; those that have one do not. */
const WAITS = /\.(take|acquire|borrow|getconn)$/i;
/** One goroutine in a function is how servers and loops of a program look. */
const ALONE = 1.5;

/**
 * Who has the connections of a full pool, from what its goroutines do; `profile` is undefined where there is none to be
 * had. Connections that come back now and then are in turn with those who ask; those that are never seen free are held by
 * a function that many goroutines stand in, which may be the driver's, or by nobody: they were lost.
 */
export function poolHolder(
  pool: PodPool,
  profile:
    | { readonly total: number; readonly ownCode: readonly Place[]; readonly waiting?: number | undefined }
    | undefined,
): Holder {
  const { leastInUse } = pool;
  if (leastInUse === null)
    return {
      who: 'unknown',
      words: `${pool.inUse} of ${pool.size} connections of ${pool.pod} are in use, and whether they come back is not measured yet`,
    };
  if (!isHeld(pool))
    return {
      who: 'in-turn',
      words: `connections of ${pool.pod} do come back (${leastInUse} were in use at the least): there are fewer than it asks for`,
    };
  const those = `${pool.inUse} of ${pool.size} connections of ${pool.pod}`;
  if (!profile || profile.ownCode.length === 0)
    return {
      who: 'unknown',
      words: `${those} are never seen free, and what its program does is not known`,
    };
  const busy = profile.ownCode
    .map((place) => ({ ...place, goroutines: Math.round(place.share * profile.total) }))
    .filter((place) => place.goroutines > ALONE && !WAITS.test(place.function))
    .sort((a, b) => b.goroutines - a.goroutines);
  const standing = busy.reduce((sum, { goroutines }) => sum + goroutines, 0);
  const [most] = busy;
  if (!most || standing < pool.inUse / 2)
    return {
      who: 'nobody',
      words: `${those} never come back, and only ${standing} goroutines do anything with one${profile.waiting ? `, while ${profile.waiting} wait` : ''}: they were lost, not given back`,
    };
  return {
    who: 'function',
    function: most.function,
    at: most.at,
    words: `${those} are never seen free: ${most.goroutines} goroutines stand in ${most.function}${most.at && ` (${most.at})`}`,
  };
}
