import type { z } from 'zod';
import type { prometheus } from './contract.ts';
import { numberOf } from './figures.ts';
import type { PrometheusApi } from './http-api.ts';

type Question = z.output<typeof prometheus.exemplars.contract.input>;
type Answer = z.output<typeof prometheus.exemplars.contract.output>;

const MOST = 50;

/**
 * What was counted with this trace. None is an answer only where samples of other traces were kept in that time: a service
 * keeps one of many.
 */
export async function exemplars(
  api: PrometheusApi,
  { input, signal }: { readonly input: Question; readonly signal: AbortSignal },
): Promise<Answer> {
  const { match, traceId } = input;
  const [from, to] = [new Date(input.from), new Date(input.to)];
  const { data, warnings } = await api.exemplars({ query: match, from, to, signal });
  if (warnings.length > 0)
    return {
      state: 'unknown',
      why: 'warnings',
      reason: `Prometheus answered in part: ${warnings.join('; ')}`,
    };
  const all = data.flatMap(({ seriesLabels: { __name__: series = '', ...labels }, exemplars: kept }) =>
    kept.map(({ labels: own, value, timestamp }) => ({
      traceId: traceOf(own),
      ...{ series, labels, value: numberOf(value) },
      at: new Date(timestamp * 1000).toISOString(),
    })),
  );
  if (all.length === 0)
    return {
      state: 'unknown',
      why: 'empty',
      reason:
        'Prometheus kept no sample with a trace in that time: it needs --enable-feature=exemplar-storage, and services that send exemplars',
    };
  const wanted = traceId.padStart(32, '0');
  const samples = all
    .filter((s) => s.traceId?.padStart(32, '0') === wanted && Number.isFinite(s.value))
    .map(({ traceId: _, ...sample }) => sample)
    .sort((a, b) => Date.parse(a.at) - Date.parse(b.at))
    .slice(0, MOST);
  return { state: 'known', samples, kept: all.length };
}

/** `trace_id` by the OpenMetrics specification; client libraries write `traceID` and `traceId` too. */
function traceOf(labels: Readonly<Record<string, string>>): string | undefined {
  const [, id] =
    Object.entries(labels).find(([name]) => name.replaceAll('_', '').toLowerCase() === 'traceid') ?? [];
  return id?.toLowerCase();
}
