import type { z } from 'zod';
import type { loki } from './contract.ts';
import type { LokiApi } from './http-api.ts';
import { nothingCame } from './lines.ts';
import { quoted, selectorOf } from './logql.ts';
import { periodOf, shownPeriod } from './period.ts';

type Question = z.output<typeof loki.patterns.contract.input>;
type Answer = z.output<typeof loki.patterns.contract.output>;
type PatternCount = Answer['expected'][number];

/** Counts each pattern where the lines are, and takes samples of those that were found. */
export async function patterns(
  api: LokiApi,
  o: { readonly input: Question; readonly at: Date; readonly signal: AbortSignal },
): Promise<Answer> {
  const { input, at, signal } = o;
  const period = periodOf(input, at);
  const selector = selectorOf(input.expr);
  const warned: string[] = [];
  const countOf = async (expr: string): Promise<number> => {
    const { data, warnings } = await api.count({ expr, period, signal });
    warned.push(...warnings);
    return data;
  };
  const look = async (pattern: string): Promise<PatternCount> => {
    const expr = `${input.expr} |~ ${quoted(pattern)}`;
    const count = await countOf(expr);
    if (count === 0 || input.samples === 0) return { pattern, count, samples: [] };
    const { data } = await api.lines({ expr, period, limit: input.samples, direction: 'backward', signal });
    return { pattern, count, samples: [...data] };
  };
  const [lines, expected, unexpected] = await Promise.all([
    countOf(input.expr),
    Promise.all(input.expected.map(look)),
    Promise.all(input.unexpected.map(look)),
  ]);
  const answer = { ...shownPeriod(period), lines, expected, unexpected };
  if (warned.length > 0)
    return {
      verdict: 'unknown',
      reason: `Loki answered in part: ${[...new Set(warned)].join('; ')}`,
      ...answer,
    };
  if (lines === 0) return { verdict: 'unknown', reason: nothingCame(selector, input.since), ...answer };
  return { ...judge({ lines, expected, unexpected, since: input.since }), ...answer };
}

/** What the counts mean where lines came. */
export function judge(o: {
  readonly lines: number;
  readonly since: string;
  readonly expected: readonly Pick<PatternCount, 'pattern' | 'count'>[];
  readonly unexpected: readonly Pick<PatternCount, 'pattern' | 'count'>[];
}): Pick<Answer, 'verdict' | 'reason'> {
  const wrong = o.unexpected
    .filter(({ count }) => count > 0)
    .map(({ pattern, count }) => `/${pattern}/ ${count} times`);
  const missing = o.expected.filter(({ count }) => count === 0).map(({ pattern }) => `/${pattern}/`);
  const of = `in ${o.lines} lines of ${o.since}`;
  if (wrong.length + missing.length === 0)
    return { verdict: 'pass', reason: `nothing unexpected, and nothing expected is missing, ${of}` };
  const said = [
    ...(wrong.length > 0 ? [`unexpected: ${wrong.join(', ')}`] : []),
    ...(missing.length > 0 ? [`expected and missing: ${missing.join(', ')}`] : []),
  ];
  return { verdict: 'fail', reason: `${said.join('; ')}; ${of}` };
}
