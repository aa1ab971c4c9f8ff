import type { DiffEntry } from '../../kit/index.ts';

/** How a key's value changes: the value itself, or of a file the lines between what stays above and below. */
export function changedLines(key: string, before: string | null, after: string | null): DiffEntry {
  const path = `data["${key}"]`;
  if (before === null || after === null || !(before + after).trimEnd().includes('\n')) {
    return { path, before, after };
  }
  const [old, wanted] = [before.split('\n'), after.split('\n')];
  const shortest = Math.min(old.length, wanted.length);
  let head = 0;
  while (head < shortest && old[head] === wanted[head]) head++;
  let tail = 0;
  while (tail < shortest - head && old.at(-1 - tail) === wanted.at(-1 - tail)) tail++;
  const middle = (lines: readonly string[]) => lines.slice(head, lines.length - tail).join('\n');
  return { path: `${path} from line ${head + 1}`, before: middle(old), after: middle(wanted) };
}
