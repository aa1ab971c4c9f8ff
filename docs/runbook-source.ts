import { existsSync, readFileSync } from 'node:fs';

const FOLDER = new URL('../runbooks/', import.meta.url);

/** What a page can say of a runbook that its definition does not: seen in its source, and in what that imports. */
export interface RunbookSource {
  /** `kubernetes.listPods`, in the order in which they stand there. */
  readonly steps: readonly string[];
  /** Titles of its checks; what is put in at run time reads `…`. */
  readonly checks: readonly string[];
  /** Patterns that it expects in logs (`expected` of the step that reads them). */
  readonly logPatterns: readonly string[];
  readonly asks: readonly {
    readonly from: string;
    readonly within: string;
    readonly escalateTo: readonly string[];
  }[];
}

export function readRunbookSource(id: string): RunbookSource {
  const files = new Map<string, string>();
  const read = (url: URL): void => {
    if (files.has(url.href) || !url.href.startsWith(FOLDER.href) || !existsSync(url)) return;
    const text = readFileSync(url, 'utf8');
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
    steps: unique([...text.matchAll(/\b([a-z]+\.[a-z]\w+)\b/g)].map(([, step]) => step!)),
    checks: unique(
      [...text.matchAll(/\bcheck\(\s*(['`])(.*?)\1,/g)].map(([, , title]) =>
        title!.replace(/\$\{[^}]*\}/g, '…'),
      ),
    ),
    logPatterns: unique(
      [...text.matchAll(/\bexpected: ([A-Z_]+),/g)].flatMap(([, name]) => {
        const list = new RegExp(`const ${name} = \\[(.*?)\\n\\]`, 's').exec(text)?.[1] ?? '';
        return [...list.matchAll(/^\s*(?:'([^']+)'|String\.raw`([^`]+)`),?$/gm)].map(
          ([, plain, raw]) => plain ?? raw!,
        );
      }),
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

const unique = (list: readonly string[]): string[] => [...new Set(list)];
const uniqueBy = <T>(list: readonly T[]): T[] => [
  ...new Map(list.map((each) => [JSON.stringify(each), each])).values(),
];
