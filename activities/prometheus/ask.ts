import type { z } from 'zod';
import { plainLine } from '../kit/index.ts';
import { greatest, numberOf, secondsBefore } from './figures.ts';
import type { PrometheusApi } from './http-api.ts';
import type { prometheus } from './contract.ts';

type QueryAnswer = z.output<typeof prometheus.query.contract.output>;

/** A plain selector: `up`, `http_requests_total{code="500"}`. Only of such a one Prometheus tells the samples' own time. */
const SELECTOR = /^\s*[a-zA-Z_:][a-zA-Z0-9_:]*\s*(\{[^{}]*\})?\s*$/;

/** Asks an instant query and judges whether its values can be trusted. */
export async function ask(
  api: PrometheusApi,
  q: { expr: string; maxAgeSeconds: number; at: Date; signal: AbortSignal },
): Promise<QueryAnswer> {
  const { expr, maxAgeSeconds, at, signal } = q;
  const { data, warnings } = await api.instant({ query: expr, at, signal });
  if (warnings.length > 0) return unknown('warnings', `Prometheus answered in part: ${warnings.join('; ')}`);
  if (data.resultType === 'matrix' || data.resultType === 'string') {
    return unknown('empty', `the expression gives a ${data.resultType}, not values: wrap it, e.g. in rate()`);
  }
  const points = data.resultType === 'scalar' ? [{ metric: {}, value: data.result }] : data.result;
  if (points.length === 0) return unknown('empty', 'nothing matched the expression');
  const ages = SELECTOR.test(expr) ? await agesOf(api, { expr, at, signal }) : new Map<string, number>();
  const found = points.map(({ metric, value: [time, text] }) => ({
    ...{ labels: metric, text, value: numberOf(text) },
    age: ages.get(key(metric)) ?? secondsBefore(at, String(time)),
  }));
  const wrong = found.find(({ value, age }) => !Number.isFinite(value) || !Number.isFinite(age));
  if (wrong) {
    const what = Number.isFinite(wrong.value)
      ? 'the time of a value is none'
      : `a value is ${shown(wrong.text)}`;
    return unknown('nan', what);
  }
  const samples = found.map(({ labels, value, age }) => ({
    ...{ labels, value, ageSeconds: Math.round(age * 10) / 10 },
    at: new Date(at.getTime() - age * 1000).toISOString(),
  }));
  const oldest = greatest(samples.map((s) => s.ageSeconds));
  if (oldest > maxAgeSeconds) {
    return unknown('stale', `a value is ${oldest} s old, older than ${maxAgeSeconds} s`);
  }
  return { state: 'known', samples };
}

/** How old the raw samples of a selector are. An instant query itself gives them all the time of the question. */
async function agesOf(
  api: PrometheusApi,
  q: { expr: string; at: Date; signal: AbortSignal },
): Promise<ReadonlyMap<string, number>> {
  const { data } = await api.instant({ query: `timestamp(${q.expr})`, at: q.at, signal: q.signal });
  if (data.resultType !== 'vector') return new Map();
  return new Map(data.result.map(({ metric, value }) => [key(metric), secondsBefore(q.at, value[1])]));
}

/** Of a series, without its name, which functions drop. */
export const key = ({ __name__: _, ...labels }: Record<string, string>): string =>
  JSON.stringify(Object.entries(labels).sort());

const shown = (text: string): string => plainLine(text, 60) || 'empty';

const unknown = (why: Extract<QueryAnswer, { state: 'unknown' }>['why'], reason: string): QueryAnswer => ({
  state: 'unknown',
  why,
  reason,
});
