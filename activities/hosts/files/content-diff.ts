import type { DiffEntry } from '../../kit/index.ts';

/**
 * What differs between two contents: the lines between those that both begin and end with, all of them: people say yes
 * to what they have seen.
 */
export function contentDiff(path: string, before: string | null, after: string | null): DiffEntry {
  const [old, next] = [linesOf(before), linesOf(after)];
  let begin = 0;
  while (begin < old.length && begin < next.length && old[begin] === next[begin]) begin++;
  let end = 0;
  while (
    end < old.length - begin &&
    end < next.length - begin &&
    old[old.length - 1 - end] === next[next.length - 1 - end]
  ) {
    end++;
  }
  const between = (lines: readonly string[], whole: string | null) =>
    whole === null ? null : lines.slice(begin, lines.length - end).join('\n');
  return {
    path: begin > 0 ? `${path} from line ${begin + 1}` : path,
    before: between(old, before),
    after: between(next, after),
  };
}

const linesOf = (text: string | null): string[] => (text === null ? [] : text.split('\n'));
