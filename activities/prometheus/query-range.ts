import type { z } from 'zod';
import { windowSeconds, type CallContext } from '../kit/index.ts';
import { keepChart } from './chart.ts';
import type { prometheus } from './contract.ts';
import { greatest, least, numberOf } from './figures.ts';
import type { PrometheusApi } from './http-api.ts';

type Question = z.output<typeof prometheus.queryRange.contract.input>;
type Answer = z.output<typeof prometheus.queryRange.contract.output>;
type Series = Extract<Answer, { state: 'known' }>['series'][number];

const MOST_SERIES = 10;

/** One question to Prometheus, asked as of `at`. */
export interface AskedAt<Input> {
  readonly input: Input;
  readonly at: Date;
  readonly signal: AbortSignal;
  readonly keep?: CallContext['keep'];
}

/** Values over a time, as far as they are numbers. */
export async function queryRange(api: PrometheusApi, o: AskedAt<Question>): Promise<Answer> {
  const { expr, since, until, points } = o.input;
  const to = until === undefined ? o.at : new Date(until);
  const seconds = windowSeconds(since);
  const from = new Date(to.getTime() - seconds * 1000);
  const stepSeconds = Math.max(1, Math.ceil(seconds / (points - 1)));
  const { data, warnings } = await api.range({ query: expr, from, to, stepSeconds, signal: o.signal });
  const unknown = (why: Extract<Answer, { state: 'unknown' }>['why'], reason: string): Answer => ({
    state: 'unknown',
    why,
    reason,
    query: expr,
  });
  if (warnings.length > 0) return unknown('warnings', `Prometheus answered in part: ${warnings.join('; ')}`);
  if (data.result.length === 0) return unknown('empty', `nothing matched the expression in ${since}`);
  const series = data.result.flatMap(({ metric, values }): Series[] => {
    const numbers = values.flatMap(([time, text]): [number, number][] =>
      Number.isFinite(numberOf(text)) ? [[time, numberOf(text)]] : [],
    );
    return numbers.length === 0
      ? []
      : [{ labels: metric, points: numbers, ...summaryOf(numbers.map(([, v]) => v)) }];
  });
  if (series.length === 0) return unknown('nan', `in ${since} there is no value that is a number`);
  const shown = series.sort((a, b) => b.max - a.max).slice(0, MOST_SERIES);
  const { chart: title } = o.input;
  const chart =
    title === undefined
      ? undefined
      : await keepChart(
          { title, query: expr, series: shown.map((s) => ({ name: nameOf(s.labels), points: s.points })) },
          o,
        );
  return {
    state: 'known',
    from: from.toISOString(),
    to: to.toISOString(),
    stepSeconds,
    series: shown,
    seriesFound: data.result.length,
    query: expr,
    ...(chart && { chart }),
  };
}

const nameOf = (labels: Readonly<Record<string, string>>): string =>
  Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .join(' ');

function summaryOf(values: readonly number[]) {
  const sum = values.reduce((a, b) => a + b, 0);
  // The sum of large values may be more than a number holds; their mean is not.
  const mean = Number.isFinite(sum) ? sum / values.length : values.reduce((a, b) => a + b / values.length, 0);
  return { min: least(values), max: greatest(values), mean, last: values.at(-1)! };
}
