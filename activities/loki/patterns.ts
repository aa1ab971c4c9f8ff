import type { z } from 'zod';
import { windowSeconds } from '../kit/index.ts';
import type { loki } from './contract.ts';
import type { LokiApi } from './http-api.ts';
import { answeredInPart, newestLine, nothingCame } from './lines.ts';
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
  const [lines, newest, expected, unexpected] = await Promise.all([
    countOf(input.expr),
    newestLine(api, { selector, period, signal }),
    Promise.all(input.expected.map(look)),
    Promise.all(input.unexpected.map(look)),
  ]);
  warned.push(...newest.warnings);
  const answer = {
    ...shownPeriod(period),
    lines,
    ...(newest.data && { newest: newest.data.at }),
    expected,
    unexpected,
  };
  if (warned.length > 0) return { verdict: 'unknown', reason: answeredInPart(warned), ...answer };
  if (lines === 0) return { verdict: 'unknown', reason: nothingCame(selector, input.since), ...answer };
  const age = newest.data ? (period.to.getTime() - Date.parse(newest.data.at)) / 1000 : Infinity;
  const silence = age > windowSeconds(input.maxAge) && { newest: newest.data?.at, maxAge: input.maxAge };
  return { ...judge({ lines, expected, unexpected, since: input.since, silence }), ...answer };
}

/**
 * What the counts mean where lines came. Where none came lately what was found still counts, and what was not found is not
 * known: it may have been written since.
 */
export function judge(o: {
  readonly lines: number;
  readonly since: string;
  /** Where the newest line is older than it may be. */
  readonly silence: false | { readonly newest: string | undefined; readonly maxAge: string };
  readonly expected: readonly Pick<PatternCount, 'pattern' | 'count'>[];
  readonly unexpected: readonly Pick<PatternCount, 'pattern' | 'count'>[];
}): Pick<Answer, 'verdict' | 'reason'> {
  const wrong = o.unexpected
    .filter(({ count }) => count > 0)
    .map(({ pattern, count }) => `/${pattern}/ ${count} times`);
  const missing = o.expected.filter(({ count }) => count === 0).map(({ pattern }) => `/${pattern}/`);
  const of = `in ${o.lines} lines of ${o.since}`;
  if (o.silence && wrong.length === 0)
    return {
      verdict: 'unknown',
      reason: `no line came in the last ${o.silence.maxAge}, the newest is of ${o.silence.newest ?? 'before'}: nothing was logged since, or nothing ships it to Loki; ${of}`,
    };
  if (wrong.length + missing.length === 0)
    return { verdict: 'pass', reason: `nothing unexpected, and nothing expected is missing, ${of}` };
  const said = [
    ...(wrong.length > 0 ? [`unexpected: ${wrong.join(', ')}`] : []),
    ...(missing.length > 0 ? [`expected and missing: ${missing.join(', ')}`] : []),
  ];
  return { verdict: 'fail', reason: `${said.join('; ')}; ${of}` };
}
