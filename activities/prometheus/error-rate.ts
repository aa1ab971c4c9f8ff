import type { z } from 'zod';
import type { prometheus } from './contract.ts';
import { percent } from './contract.ts';
import { numberOf } from './figures.ts';
import type { PrometheusApi } from './http-api.ts';
import { filled, ownCounters, requestCounters, type RequestCounters } from './templates.ts';
import { namesOf, whoMeasures } from './who-measures.ts';

/** How requests are counted in a deployment. */
export interface RequestMetric {
  /** By which Prometheus' clients and OpenTelemetry are told which service it is. */
  readonly serviceLabel: string;
  /** The configuration's own counters, asked before those of the exporters. */
  readonly own?: Omit<RequestCounters, 'exporter'> | undefined;
  /** How far back a rate looks where the question does not say; four scrape intervals at least. */
  readonly window: string;
  /** Older samples than this are no answer. */
  readonly maxAgeSeconds: number;
}

export const REQUEST_METRIC: RequestMetric = { serviceLabel: 'service', window: '1m', maxAgeSeconds: 60 };

type ErrorRate = z.output<typeof prometheus.errorRate.contract.output>;
type Unknown = Extract<ErrorRate, { state: 'unknown' }>;
export interface ErrorRateQuestion {
  readonly service: string;
  readonly namespace?: string | undefined;
  readonly window?: string | undefined;
}

/** The expressions of the error rate: failed and all requests a second, and how many counters of failed ones are too new for a rate. */
function errorRateQueries({ all, failed }: Omit<RequestCounters, 'exporter'>, window: string) {
  return {
    errors: `sum(rate(${failed}[${window}]))`,
    tooNew: `count(${failed} unless rate(${failed}[${window}]))`,
    total: `sum(rate(${all}[${window}]))`,
  };
}

/** The error rate now, by the first exporter that counts requests. No requests, no series, old samples and NaN are all `unknown`. */
export async function errorRate(
  api: PrometheusApi,
  o: { metric: RequestMetric; question: ErrorRateQuestion; at: Date; signal: AbortSignal },
): Promise<ErrorRate> {
  const { metric, question, at, signal } = o;
  const { service, window = metric.window } = question;
  const { maxAgeSeconds } = metric;
  const fill = { ...question, window };
  const ways = [
    ...(metric.own ? [ownCounters(metric.own)] : []),
    ...requestCounters(metric.serviceLabel),
  ].map(({ exporter, all, failed }) => ({
    ...{ exporter, needs: filled(all, fill) },
    queries: errorRateQueries({ all: filled(all, fill), failed: filled(failed, fill) }, window),
  }));
  const found = await whoMeasures(api, { ways, maxAgeSeconds, at, signal });
  const { queries } = found.state === 'measured' ? found.by : ways[0]!;
  const query = `${queries.errors} / ${queries.total}`;
  const unknown = (why: Unknown['why'], reason: string): ErrorRate => ({
    state: 'unknown',
    why,
    reason,
    query,
  });
  if (found.state === 'warnings') return unknown('warnings', found.reason);
  if (found.state === 'nobody')
    return unknown(
      'empty',
      `no requests to ${service} were ever counted by status: there are no samples of ${namesOf(ways)}`,
    );
  const { ageSeconds } = found;
  if (ageSeconds > maxAgeSeconds)
    return unknown('stale', `requests to ${service} were last counted ${ageSeconds} s ago`);
  const [errors, total, tooNew] = await Promise.all(
    [queries.errors, queries.total, queries.tooNew].map((expr) => single(api, { expr, at, signal })),
  );
  const warnings = [errors, total, tooNew].flatMap((r) => r!.warnings);
  if (warnings.length > 0) return unknown('warnings', `Prometheus answered in part: ${warnings.join('; ')}`);
  if (total!.value === undefined) return unknown('empty', `too few samples in ${window} for a rate`);
  // A first 5xx of its kind has one sample and no rate: it would count as none.
  if (tooNew!.value !== undefined && tooNew!.value !== 0)
    return unknown(
      'empty',
      `failed requests to ${service} were counted too lately for a rate over ${window}`,
    );
  // No 5xx series at all means that none was ever counted, which is 0 and not unknown, because the total is known.
  const errorsPerSecond = errors!.value ?? 0;
  const totalPerSecond = total!.value;
  if (!(errorsPerSecond >= 0) || !Number.isFinite(errorsPerSecond) || !Number.isFinite(totalPerSecond)) {
    return unknown('nan', `a rate is no number: ${errorsPerSecond} of ${totalPerSecond} a second`);
  }
  if (totalPerSecond <= 0) return unknown('no-traffic', `nobody asked anything of ${service} in ${window}`);
  return {
    state: 'known',
    ratio: Math.min(1, errorsPerSecond / totalPerSecond),
    errorsPerSecond,
    totalPerSecond,
    at: new Date(at.getTime() - ageSeconds * 1000).toISOString(),
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
