import type { Frame, Stack } from './pprof.ts';

export interface Place extends Frame {
  /** Of the whole, 0 to 1. */
  readonly share: number;
}

const KEPT = 15;

export const totalOf = (stacks: readonly Stack[]): number =>
  stacks.reduce((sum, { value }) => sum + value, 0);

/** Functions by what they use themselves, most first. */
export const topFrames = (stacks: readonly Stack[]): Place[] =>
  ranked(stacks, ({ frames }) => frames.at(-1)!);

/**
 * The same, with what the frames of others use counted for who called them: a lock that is waited for shows as
 * `sync.(*Mutex).Unlock`, and what matters is whose it is. Shares are of all stacks, also of those that are left out.
 */
export const ownCode = (
  stacks: readonly Stack[],
  isOfOthers: (frame: Frame) => boolean,
  isLeftOut: (stack: Stack) => boolean = () => false,
): Place[] =>
  ranked(stacks, (stack) =>
    isLeftOut(stack) ? undefined : stack.frames.findLast((frame) => !isOfOthers(frame)),
  );

/** How database/sql and the pools of pgx (puddle) call what hands out a connection. */
const HANDS_OUT = /^database\/sql\.\(\*DB\)\.conn$|\.\(\*Pool(\[.*\])?\)\.[aA]cquire$/;

/** A goroutine that is in there waits for a connection and has none, whoever called. */
export const waitsForConnection = ({ frames }: Stack): boolean =>
  frames.some((frame) => HANDS_OUT.test(frame.function));

/** Of Go's own packages: the import path of a module begins with a domain, the standard library's have none. */
export function isOfGo({ function: name }: Frame): boolean {
  const first = name.split('/')[0] ?? '';
  const path = name.includes('/') ? first : (name.split('.')[0] ?? '');
  return path !== 'main' && !path.includes('.');
}

function ranked(stacks: readonly Stack[], whose: (stack: Stack) => Frame | undefined): Place[] {
  const total = totalOf(stacks);
  const sums = new Map<string, Place>();
  for (const stack of stacks) {
    const frame = whose(stack);
    if (!frame) continue;
    const { function: name, at } = frame;
    // Functions of one name in several files are several.
    const key = `${name} ${at.replace(/:\d+$/, '')}`;
    const share = (sums.get(key)?.share ?? 0) + stack.value / total;
    sums.set(key, { function: name, at: sums.get(key)?.at ?? at, share });
  }
  return [...sums.values()]
    .sort((a, b) => b.share - a.share)
    .slice(0, KEPT)
    .map((place) => ({ ...place, share: Math.round(place.share * 1_000) / 1_000 }));
}
