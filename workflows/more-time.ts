/** More time for a question, within bounds that nobody who answers can move. */
import type { Question } from './messages.ts';

/** The answer that asks for it; it is no vote. */
export const MORE_TIME_ANSWER = 'more-time';

/** Minutes at most, each time and in all. */
export const MORE_TIME = { atOnce: 60, inAll: 240 } as const;
/** What a request without a number of minutes means. */
export const USUAL_MINUTES = 15;

/** By how much these extensions move a deadline, in milliseconds. */
export function extendedBy(extensions: readonly { readonly minutes: number }[]): number {
  const minutes = extensions.reduce((sum, e) => sum + Math.min(e.minutes, MORE_TIME.atOnce), 0);
  return Math.min(minutes, MORE_TIME.inAll) * 60_000;
}

const moved = (instant: string, extensions: readonly { readonly minutes: number }[]): string =>
  new Date(Date.parse(instant) + extendedBy(extensions)).toISOString();

/** Until when a question may be answered, with the time it was given since. */
export const deadlineOf = (q: Pick<Question, 'deadline' | 'extensions'>): string | undefined =>
  q.deadline && moved(q.deadline, q.extensions);

/** Until when its plan's changes may begin: as much later. */
export const expiryOf = (
  plan: { readonly expiresAt: string },
  extensions: readonly { readonly minutes: number }[],
): string => moved(plan.expiresAt, extensions);

/** Why a question gets no (more) time, or nothing when it does. */
export function moreTimeRefusal(
  q: Pick<Question, 'deadline' | 'extensions'>,
  minutes: number,
): string | undefined {
  if (!q.deadline) return 'it has no deadline: it waits until somebody answers';
  if (minutes > MORE_TIME.atOnce) return `ask for ${MORE_TIME.atOnce} minutes at most at once`;
  const left = MORE_TIME.inAll - extendedBy(q.extensions) / 60_000;
  if (minutes <= left) return undefined;
  return left
    ? `only ${left} minutes more can be given; ask for so many`
    : `it was given ${MORE_TIME.inAll} minutes more already, which is the most; answer it, or let it lapse and run it again`;
}
