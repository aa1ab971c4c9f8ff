/**
 * Temporal takes 2,000 pending activities of a run, and fails its workflow task for ever when there are more. So a
 * Promise.all of any size has no more reads under way than leaves room for the rest; the others take their turn.
 */
import { run } from './current-run.ts';

const AT_ONCE = 500;
const waiting: (() => void)[] = [];

/** What a read waits for before it begins, if anything. */
export function turnToRead(): Promise<void> | undefined {
  if (run.reading < AT_ONCE) return undefined;
  return new Promise((begin) => waiting.push(begin));
}

export function readBegins(): void {
  run.reading++;
}

export function readEnds(): void {
  run.reading--;
  waiting.shift()?.();
}
