import type { z } from 'zod';
import type { prometheus } from './contract.ts';
import { percent } from './contract.ts';
import { numberOf, secondsBefore } from './figures.ts';
import type { PrometheusApi } from './http-api.ts';

/** How a deployment counts requests. One place; runbooks carry no PromQL for the usual questions. */
export interface RequestMetric {
  readonly name: string;
  readonly serviceLabel: string;
  /** `null` where the metric has none; a namespace that a runbook names is not looked at then. */
  readonly namespaceLabel: string | null;
  readonly codeLabel: string;
  /** How far back a rate looks where the question does not say; four scrape intervals at least. */
  readonly window: string;
  /** Older samples than this are no answer. */
  readonly maxAgeSeconds: number;
}

export const REQUEST_METRIC: RequestMetric = {
  name: 'http_requests_total',
  serviceLabel: 'service',
  namespaceLabel: 'namespace',
  codeLabel: 'code',
  window: '1m',
  maxAgeSeconds: 60,
};

type ErrorRate = z.output<typeof prometheus.errorRate.contract.output>;
type Unknown = Extract<ErrorRate, { state: 'unknown' }>;
export interface ErrorRateQuestion {
  readonly service: string;
  readonly namespace?: string | undefined;
  readonly window?: string | undefined;
}

/**
 * The expressions of the error rate: failed and all requests a second, how many counters of failed ones are too new for a
 * rate, and when a request was last counted.
 */
export function errorRateQueries(metric: RequestMetric, q: ErrorRateQuestion) {
  const labels = [
    `${metric.serviceLabel}=${quoted(q.service)}`,
    ...(q.namespace && metric.namespaceLabel ? [`${metric.namespaceLabel}=${quoted(q.namespace)}`] : []),
  ];
  const series = (...more: string[]) => `${metric.name}{${[...labels, ...more].join(',')}}`;
  const window = q.window ?? metric.window;
  const failed = series(`${metric.codeLabel}=~"5.."`);
  return {
    errors: `sum(rate(${failed}[${window}]))`,
    tooNew: `count(${failed} unless rate(${failed}[${window}]))`,
    total: `sum(rate(${series()}[${window}]))`,
    newest: `max(timestamp(${series()}))`,
  };
}

/** The error rate now. No requests, no series, old samples and NaN are all `unknown`. */
export async function errorRate(
  api: PrometheusApi,
  o: { metric: RequestMetric; question: ErrorRateQuestion; at: Date; signal: AbortSignal },
): Promise<ErrorRate> {
  const { metric, question, at, signal } = o;
  const queries = errorRateQueries(metric, question);
  const window = question.window ?? metric.window;
  const query = `${queries.errors} / ${queries.total}`;
  const unknown = (why: Unknown['why'], reason: string): ErrorRate => ({
    state: 'unknown',
    why,
    reason,
    query,
  });
  const [errors, total, newest, tooNew] = await Promise.all(
    [queries.errors, queries.total, queries.newest, queries.tooNew].map((expr) =>
      single(api, { expr, at, signal }),
    ),
  );
  const warnings = [errors, total, newest, tooNew].flatMap((r) => r!.warnings);
  if (warnings.length > 0) return unknown('warnings', `Prometheus answered in part: ${warnings.join('; ')}`);
  if (newest!.value === undefined)
    return unknown('empty', `no requests to ${question.service} were ever counted as ${metric.name}`);
  const age = secondsBefore(at, String(newest!.value));
  if (Number.isNaN(age))
    return unknown('nan', `when requests to ${question.service} were last counted is no time`);
  const ageSeconds = Math.round(age * 10) / 10;
  if (ageSeconds > metric.maxAgeSeconds) {
    return unknown('stale', `requests to ${question.service} were last counted ${ageSeconds} s ago`);
  }
  if (total!.value === undefined) return unknown('empty', `too few samples in ${window} for a rate`);
  // A first 5xx of its kind has one sample and no rate: it would count as none.
  if (tooNew!.value !== undefined && tooNew!.value !== 0)
    return unknown(
      'empty',
      `failed requests to ${question.service} were counted too lately for a rate over ${window}`,
    );
  // No 5xx series at all means that none was ever counted, which is 0 and not unknown, because the total is known.
  const errorsPerSecond = errors!.value ?? 0;
  const totalPerSecond = total!.value;
  if (!(errorsPerSecond >= 0) || !Number.isFinite(errorsPerSecond) || !Number.isFinite(totalPerSecond)) {
    return unknown('nan', `a rate is no number: ${errorsPerSecond} of ${totalPerSecond} a second`);
  }
  if (totalPerSecond <= 0)
    return unknown('no-traffic', `nobody asked anything of ${question.service} in ${window}`);
  return {
    state: 'known',
    ratio: Math.min(1, errorsPerSecond / totalPerSecond),
    errorsPerSecond,
    totalPerSecond,
    at: new Date(newest!.value * 1000).toISOString(),
    ageSeconds,
    query,
  };
}

type Below = z.output<typeof prometheus.errorRateBelow.contract.output>;

/** The verdict on an error rate. Unknown is never a pass. */
export function below(rate: ErrorRate, limit: number): Below {
  if (rate.state === 'unknown')
    return { verdict: 'unknown', reason: `the error rate is unknown: ${rate.reason}` };
  const { ratio, totalPerSecond } = rate;
  const traffic = `${Number(totalPerSecond.toPrecision(3))} requests a second`;
  return ratio < limit
    ? {
        verdict: 'pass',
        reason: `${percent(ratio)} of ${traffic} fail, below ${percent(limit)}`,
        ratio,
        totalPerSecond,
      }
    : {
        verdict: 'fail',
        reason: `${percent(ratio)} of ${traffic} fail, not below ${percent(limit)}`,
        ratio,
        totalPerSecond,
      };
}

async function single(
  api: PrometheusApi,
  q: { expr: string; at: Date; signal: AbortSignal },
): Promise<{ value: number | undefined; warnings: readonly string[] }> {
  const { data, warnings } = await api.instant({ query: q.expr, at: q.at, signal: q.signal });
  const text = data.resultType === 'vector' ? data.result[0]?.value[1] : undefined;
  return { value: text === undefined ? undefined : numberOf(text), warnings };
}

/** A label's value as PromQL quotes it: Go's rules, which JSON's satisfy. */
const quoted = (value: string): string => JSON.stringify(value);
