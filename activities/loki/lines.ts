import type { z } from 'zod';
import { windowSeconds } from '../kit/index.ts';
import type { loki } from './contract.ts';
import type { Answer as Answered, Line, LokiApi } from './http-api.ts';
import { selectorOf } from './logql.ts';
import { periodOf, shownPeriod, type Period } from './period.ts';

type Question = z.output<typeof loki.query.contract.input>;
type Answer = z.output<typeof loki.query.contract.output>;

/** The newest line of a selector, whatever it says; undefined where none came. */
export async function newestLine(
  api: LokiApi,
  o: { readonly selector: string; readonly period: Period; readonly signal: AbortSignal },
): Promise<Answered<Line | undefined>> {
  const { data, warnings } = await api.lines({
    expr: o.selector,
    period: o.period,
    limit: 1,
    direction: 'backward',
    signal: o.signal,
  });
  return { data: data[0], warnings };
}

/** The lines of a question; where none matched, whether lines came lately from every one of its sources. */
export async function lines(
  api: LokiApi,
  o: {
    readonly input: Question;
    /** Selectors each of which has to be heard; that of the question when left out. */
    readonly sources?: readonly string[];
    readonly at: Date;
    readonly signal: AbortSignal;
  },
): Promise<Answer> {
  const { input, at, signal } = o;
  const { expr, limit, direction } = input;
  const period = periodOf(input, at);
  const looked = shownPeriod(period);
  const { sources = [selectorOf(expr)] } = o;
  const { data, warnings } = await api.lines({ expr, period, limit, direction, signal });
  if (warnings.length > 0)
    return { state: 'unknown', why: 'warnings', reason: answeredInPart(warnings), ...looked };
  if (data.length > 0)
    return { state: 'known', ...looked, lines: [...data], truncated: data.length >= limit };
  const heard = await Promise.all(
    sources.map(async (selector) => ({ selector, ...(await newestLine(api, { selector, period, signal })) })),
  );
  const verdict = silence({ heard, period, input });
  if (typeof verdict !== 'string') return { state: 'unknown', ...verdict, ...looked };
  return { state: 'known', ...looked, lines: [], truncated: false, sourceNewest: verdict };
}

/** Why sources that had no match cannot be taken at their word; else when the most silent of them was heard. */
function silence(o: {
  readonly heard: readonly (Answered<Line | undefined> & { readonly selector: string })[];
  readonly period: Period;
  readonly input: Pick<Question, 'since' | 'maxAge'>;
}): string | Pick<Extract<Answer, { state: 'unknown' }>, 'why' | 'reason'> {
  const { heard, period, input } = o;
  const oldest = new Date(period.to.getTime() - windowSeconds(input.maxAge) * 1000).toISOString();
  const quiet = heard.filter(({ data }) => data === undefined || data.at < oldest);
  const warnings = quiet.flatMap((q) => q.warnings);
  if (warnings.length > 0) return { why: 'warnings', reason: answeredInPart(warnings) };
  const never = quiet.filter(({ data }) => data === undefined).map(({ selector }) => selector);
  if (never.length > 0) return { why: 'empty', reason: nothingCame(never.join(', '), input.since) };
  const stopped = quiet.map(({ selector, data }) => `${selector}, the newest of ${data!.at}`);
  if (stopped.length > 0)
    return {
      why: 'stale',
      reason: `nothing matched, but no line came in the last ${input.maxAge} from ${stopped.join('; ')}: nothing was logged there since, or nothing ships it to Loki`,
    };
  return heard.map(({ data }) => data!.at).sort()[0]!;
}

export const answeredInPart = (warnings: readonly string[]): string =>
  `Loki answered in part: ${[...new Set(warnings)].join('; ')}`;

/** Silence and a dead shipper look the same from here. */
export const nothingCame = (selector: string, since: string): string =>
  `no line at all came from ${selector} in ${since}: nothing was logged there, or nothing ships it to Loki`;
