import type { z } from 'zod';
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

/** The lines of a question; where none matched, whether any came from there at all. */
export async function lines(
  api: LokiApi,
  o: { readonly input: Question; readonly at: Date; readonly signal: AbortSignal },
): Promise<Answer> {
  const { input, at, signal } = o;
  const { expr, limit, direction } = input;
  const period = periodOf(input, at);
  const looked = shownPeriod(period);
  const selector = selectorOf(expr);
  const { data, warnings } = await api.lines({ expr, period, limit, direction, signal });
  if (warnings.length > 0)
    return { state: 'unknown', why: 'warnings', reason: answeredInPart(warnings), ...looked };
  if (data.length > 0)
    return { state: 'known', ...looked, lines: [...data], truncated: data.length >= limit };
  const newest = await newestLine(api, { selector, period, signal });
  if (newest.data)
    return { state: 'known', ...looked, lines: [], truncated: false, sourceNewest: newest.data.at };
  if (newest.warnings.length > 0)
    return { state: 'unknown', why: 'warnings', reason: answeredInPart(newest.warnings), ...looked };
  return { state: 'unknown', why: 'empty', reason: nothingCame(selector, input.since), ...looked };
}

export const answeredInPart = (warnings: readonly string[]): string =>
  `Loki answered in part: ${[...new Set(warnings)].join('; ')}`;

/** Silence and a dead shipper look the same from here. */
export const nothingCame = (selector: string, since: string): string =>
  `no line at all came from ${selector} in ${since}: nothing was logged there, or nothing ships it to Loki`;
