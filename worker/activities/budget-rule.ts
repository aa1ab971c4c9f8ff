import { shareOf, type Taken } from '../../activities/kit/index.ts';
import type { Disrupted } from '../../activities/kubernetes/contract.ts';
import type { DisruptionBudget } from '../../config/index.ts';

export interface Judged {
  /** The budget, and which of its zones, pools, services. */
  readonly place: string;
  /** `never`: it takes more at once than may be away at all, so that waiting does not help. */
  readonly verdict: 'room' | 'full' | 'never';
  readonly text: string;
}

/**
 * Whether a change may take what it takes. Undefined where it takes nothing that serves. One that takes its pods one after
 * the other needs room for one to begin with.
 */
export function judgeBudget(
  { name, maxAway }: Pick<DisruptionBudget, 'name' | 'maxAway'>,
  seen: Disrupted,
  { oneByOne }: Pick<Taken, 'oneByOne'>,
): Judged | undefined {
  const { takes, away, wanted, things, noRoom } = seen;
  if (takes === 0) return undefined;
  const paced = oneByOne && things === 'pods';
  const atOnce = paced ? 1 : takes;
  const most = shareOf(maxAway, wanted);
  const count = paced && takes > 1 ? `${takes}, one after the other, ` : `${takes} `;
  return {
    place: `${name}: ${seen.name}`,
    verdict: atOnce > most ? 'never' : away + atOnce > most || noRoom.length > 0 ? 'full' : 'room',
    text: [
      `disruption budget "${name}": takes ${count}of ${most} that may be away of the ${wanted} ${things} of ${seen.name}`,
      away === 0 ? 'no other is away' : `away already: ${named(seen)}`,
      ...noRoom,
    ].join('; '),
  };
}

const MOST_NAMED = 5;

function named({ who }: Disrupted): string {
  const more = who.length - MOST_NAMED;
  const names = who.slice(0, MOST_NAMED).map(({ what, why }) => `${what} (${why})`);
  return `${names.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
