import type { z } from 'zod';
import { windowSeconds } from '../kit/index.ts';
import type { prometheus } from './contract.ts';
import type { PrometheusApi } from './http-api.ts';

const MOST_SERIES = 100;

/** The label sets that a selector has had. */
export async function series(
  api: PrometheusApi,
  o: {
    readonly input: z.output<typeof prometheus.series.contract.input>;
    readonly at: Date;
    readonly signal: AbortSignal;
  },
): Promise<z.output<typeof prometheus.series.contract.output>> {
  const { input, at, signal } = o;
  const from = new Date(at.getTime() - windowSeconds(input.since) * 1000);
  const { data, warnings } = await api.series({ match: input.match, from, to: at, signal });
  if (warnings.length > 0)
    return {
      state: 'unknown',
      why: 'warnings',
      reason: `Prometheus answered in part: ${warnings.join('; ')}`,
    };
  return { state: 'known', series: data.slice(0, MOST_SERIES), found: data.length };
}
