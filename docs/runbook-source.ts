import { existsSync, readFileSync } from 'node:fs';
import { patternsOf } from './log-patterns.ts';

const FOLDER = new URL('../runbooks/', import.meta.url);

/** What a page can say of a runbook that its definition does not: seen in its source, and in what that imports. */
export interface RunbookSource {
  /** `kubernetes.listPods`, in the order in which they stand there. */
  readonly steps: readonly string[];
  /** Ids of other runbooks that it may start. */
  readonly starts: readonly string[];
  /** Titles of its checks; what is put in at run time reads `…`. */
  readonly checks: readonly string[];
  /** Patterns that it looks for in logs: proof of what it expects, or signs of trouble. */
  readonly logPatterns: readonly string[];
  /** What it asks Loki for, in LogQL; what is put in at run time reads `…`. */
  readonly logQueries: readonly string[];
  readonly asks: readonly {
    readonly from: string;
    readonly within: string;
    readonly escalateTo: readonly string[];
  }[];
}

export function readRunbookSource(id: string): RunbookSource {
  const files = new Map<string, string>();
  const starts: string[] = [];
  const read = (url: URL): void => {
    if (files.has(url.href) || !url.href.startsWith(FOLDER.href) || !existsSync(url)) return;
    const text = readFileSync(url, 'utf8');
    // What another runbook does it does in a run of its own.
    if (files.size > 0 && text.includes('export default defineRunbook(')) {
      starts.push(url.href.slice(FOLDER.href.length).replace('.ts', ''));
      return;
    }
    files.set(url.href, text);
    for (const [, path] of text.matchAll(/^(?:import|\} from|import .*? from) ?.*?'(\.[^']+)';$/gm))
      read(new URL(path!, url));
  };
  read(new URL(`${id}.ts`, FOLDER));
  const text = [...files.values()].join('\n');
  const constants = new Map(
    [...text.matchAll(/const ([A-Z_]+) = '([^']+)';/g)].map(([, name, value]) => [name, value!]),
  );
  const inWords = (value: string) => /^'(.*)'$/.exec(value)?.[1] ?? constants.get(value) ?? value;
  return {
    steps: unique(
      [...text.matchAll(/\b([a-z]+)\s*\.([a-z]\w+)\b/g)].map(([, system, step]) => `${system}.${step}`),
    ),
    starts: unique(starts).sort(),
    checks: unique(
      [...text.matchAll(/\bcheck\(\s*(['`])(.*?)\1,/g)].map(([, , title]) =>
        title!.replace(/\$\{[^}]*\}/g, '…'),
      ),
    ),
    logPatterns: unique(
      [...text.matchAll(LOOKED_FOR)].flatMap((found) => patternsOf(found.slice(1).find(Boolean)!)),
    ),
    logQueries: unique(
      [...text.matchAll(/\bexpr(?: =|:) `(\{[^`]+)`/g)].map(([, query]) =>
        query!.replace(/\$\{[^}]*\}/g, '…'),
      ),
    ),
    asks: uniqueBy(
      [
        ...text.matchAll(
          /\{\s*from: ('[^']+'|[A-Z_]+),\s*within: '([^']+)'(?:,\s*escalateTo: \[([^\]]*)\])?/g,
        ),
      ].map(([, from, within, others]) => ({
        from: inWords(from!),
        within: within!,
        escalateTo: (others ?? '').split(',').flatMap((role) => (role.trim() ? [inWords(role.trim())] : [])),
      })),
    ),
  };
}

/** A list of patterns by the name of its constant: as it is, its keys, or one of its values at a time. */
const LOOKED_FOR =
  /\b(?:(?:un)?expected|patterns): (?:([A-Z_]+),|Object\.(?:keys|values)\(([A-Z_]+)\)|\w+\.map\(\(\w+\) => ([A-Z_]+)\[|\[([A-Z_]+)\[)/g;

const unique = (list: readonly string[]): string[] => [...new Set(list)];
const uniqueBy = <T>(list: readonly T[]): T[] => [
  ...new Map(list.map((each) => [JSON.stringify(each), each])).values(),
];
