/** Harm done to an answer: what stands in one place of it, or in all of them, becomes what nobody would expect there. */
import { inspect } from 'node:util';
import { corpus } from '../corpus.ts';

/** Where a number, a time or a size was. */
const FIGURES = [
  ...['NaN', 'Infinity', '-1', '0', '1e300', '-1e300', '18446744073709551615', '99999999999999999999999999'],
  ...['0x10', '1e-320', '٣', '', '-', '2026-13-45T99:99:99Z', '+275760-09-13T00:00:00.001Z'],
];
/** What objects have anyway. */
const INHERITED = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'valueOf'];
const NUMBERS = [Number.NaN, -1, 0, 0.5, 1e300, -1e300, 2 ** 53, 8.64e15 + 1, Number.MAX_VALUE];

/** The same sequence for the same seed (mulberry32). */
function dice(seed: number): (sides: number) => number {
  let state = seed;
  return (sides) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % sides;
  };
}

interface Harm {
  /** What was put where, to name it where it did harm. */
  readonly done: string[];
  readonly text: (was: string) => string;
  readonly json: (was: unknown) => unknown;
}

/** `places`: how many places of an answer are harmed at most; `types`: whether a text may become something else. */
export function harm(seed: number, { places, types }: { places: number; types: boolean }): Harm {
  const roll = dice(seed);
  const done: string[] = [];
  const hostile = (): string => {
    const from = [corpus, corpus, corpus, FIGURES, INHERITED][roll(5)]!;
    return from[roll(from.length)]!;
  };
  const put = (where: string, what: string): string => {
    done.push(`${where}: ${JSON.stringify(what).slice(0, 80)}`);
    return what;
  };
  const leaf = (was: unknown, where: string): unknown => {
    if (!types) return typeof was === 'string' ? put(where, hostile()) : was;
    const others = [null, [], {}, NUMBERS[roll(NUMBERS.length)]];
    const other = roll(2 * others.length);
    if (other >= others.length) return put(where, hostile());
    done.push(`${where}: ${inspect(others[other])}`);
    return others[other];
  };

  return {
    done,

    text(was) {
      const words = [...was.matchAll(/[^\s="',:{}[\]]+/g)];
      const chosen = new Set(Array.from({ length: 1 + roll(places) }, () => words[roll(words.length || 1)]));
      let end = 0;
      const pieces = words.flatMap((word) => {
        const before = was.slice(end, word.index);
        end = word.index + word[0].length;
        return [before, chosen.has(word) ? put(`instead of ${word[0]}`, hostile()) : word[0]];
      });
      return [...pieces, was.slice(end)].join('');
    },

    json(was) {
      const paths = leaves(was);
      const chosen = new Set(Array.from({ length: 1 + roll(places) }, () => paths[roll(paths.length || 1)]));
      const walk = (value: unknown, path: string): unknown => {
        if (typeof value !== 'object' || value === null) return chosen.has(path) ? leaf(value, path) : value;
        if (Array.isArray(value)) return value.map((one, i) => walk(one, `${path}.${i}`));
        return Object.fromEntries(
          Object.entries(value).map(([key, field]) => [key, walk(field, `${path}.${key}`)]),
        );
      };
      return walk(was, '');
    },
  };
}

function leaves(value: unknown, path = ''): string[] {
  if (typeof value !== 'object' || value === null) return [path];
  return Object.entries(value).flatMap(([key, field]) => leaves(field, `${path}.${key}`));
}
