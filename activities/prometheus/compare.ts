import type { z } from 'zod';
import { windowSeconds, type ArtefactRef } from '../kit/index.ts';
import { ask } from './ask.ts';
import { CHART_MS, keepChart } from './chart.ts';
import type { prometheus } from './contract.ts';
import type { PrometheusApi } from './http-api.ts';
import { queryRange, type AskedAt } from './query-range.ts';

type Question = z.output<typeof prometheus.compare.contract.input>;
type Answer = z.output<typeof prometheus.compare.contract.output>;
type Before = NonNullable<Answer['before']>;

const POINTS = 60;
/** Fewer say nothing about what is usual. */
const LEAST_POINTS = 3;

/** The value now beside those around the same time before. No value now or too few then is `unknown`. */
export async function compare(api: PrometheusApi, o: AskedAt<Question>): Promise<Answer> {
  const { input, at, signal } = o;
  const { expr } = input;
  const distance = windowSeconds(input.before);
  // What is nearer to now than to then is not "before".
  const around = Math.min(windowSeconds(input.around), distance / 2);
  const end = new Date(at.getTime() - (distance - around) * 1000);
  const [now, before] = await Promise.all([
    ask(api, { expr, maxAgeSeconds: 120, at, signal }),
    queryRange(api, {
      input: { expr, since: `${Math.round(around * 2)}s`, until: end.toISOString(), points: POINTS },
      at,
      signal,
    }),
  ]);
  const value = now.state === 'known' && now.samples.length === 1 ? now.samples[0]!.value : undefined;
  const past = before.state === 'known' && before.seriesFound === 1 ? before.series[0]!.points : undefined;
  const chart = await chartOf(api, { ...o, past, value });
  const seen = { query: expr, ...(value !== undefined && { now: value }), ...(chart && { chart }) };
  const unknown = (reason: string): Answer => ({ verdict: 'unknown', reason, ...seen });
  if (now.state === 'unknown') return unknown(`there is no value now: ${now.reason}`);
  if (value === undefined)
    return unknown('the expression gives several values: aggregate them, e.g. with sum()');
  if (before.state === 'unknown')
    return unknown(`there is no value ${input.before} before: ${before.reason}`);
  const values = (past ?? []).map(([, v]) => v).sort((x, y) => x - y);
  if (values.length < LEAST_POINTS)
    return unknown(`${input.before} before there are too few values to say what is usual (${values.length})`);
  const usual: Before = {
    from: before.from,
    to: before.to,
    points: values.length,
    min: values[0]!,
    median: values[Math.floor(values.length / 2)]!,
    max: values.at(-1)!,
  };
  return { ...judge({ now: value, usual, input }), before: usual, ...seen };
}

/** What is known of then and now; where then is not known, how it came to be as it is now. */
async function chartOf(
  api: PrometheusApi,
  o: AskedAt<Question> & {
    readonly past: readonly (readonly [number, number])[] | undefined;
    readonly value: number | undefined;
  },
): Promise<ArtefactRef | undefined> {
  const { input, at, signal, past, value } = o;
  const { expr, chart: title, before, around } = input;
  if (title === undefined || (past === undefined && value === undefined)) return undefined;
  const drawn = (name: string, points: readonly (readonly [number, number])[]) =>
    keepChart({ title, query: expr, series: [{ name, points }], now: value }, o);
  if (past) return drawn(`${before} before`, past);
  // The answer counts without a picture, and does not wait long for one.
  const lately = await queryRange(api, {
    input: { expr, since: `${Math.round(windowSeconds(around) * 2)}s`, points: POINTS },
    ...{ at, signal: AbortSignal.any([signal, AbortSignal.timeout(CHART_MS)]) },
  }).catch(() => undefined);
  return drawn(
    'until now',
    lately?.state === 'known' ? lately.series[0]!.points : [[at.getTime() / 1000, value!]],
  );
}

/** Usual is from the lowest to the highest of then, each widened by the tolerance. */
export function judge(o: {
  readonly now: number;
  readonly usual: Pick<Before, 'min' | 'median' | 'max'>;
  readonly input: Pick<Question, 'before' | 'tolerance' | 'watch'>;
}): Pick<Answer, 'verdict' | 'reason'> {
  const { now, usual, input } = o;
  const widen = (v: number, sign: 1 | -1) => v + sign * Math.abs(v) * input.tolerance;
  const [lowest, highest] = [widen(usual.min, -1), widen(usual.max, 1)];
  const beside = `${short(usual.min)} to ${short(usual.max)} (median ${short(usual.median)}) around the same time ${input.before} before`;
  const said = (word: string) => `${short(now)} now is ${word}: ${beside}`;
  if (now > highest && input.watch !== 'lower')
    return {
      verdict: 'fail',
      reason: said(usual.max > 0 ? `${short(now / usual.max)} times the highest` : 'higher'),
    };
  if (now < lowest && input.watch !== 'higher') return { verdict: 'fail', reason: said('lower') };
  return { verdict: 'pass', reason: said(now > highest ? 'higher' : now < lowest ? 'lower' : 'as usual') };
}

const short = (value: number): string => String(Number(value.toPrecision(3)));
