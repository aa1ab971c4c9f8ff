import { z } from 'zod';
import type { LabDetails } from '../details.ts';

const Answer = z.object({
  data: z.object({ result: z.array(z.object({ value: z.tuple([z.number(), z.string()]) })) }),
});

/** The share of the users' requests that fail now, 0 to 1; undefined while Prometheus has no number. */
export async function errorRate(details: LabDetails, window = '10s'): Promise<number | undefined> {
  const requests = `http_requests_total{service="${details.workload.service}",namespace="${details.workload.namespace}"`;
  const query = `sum(rate(${requests},code=~"5.."}[${window}])) / sum(rate(${requests}}[${window}]))`;
  const url = `${details.prometheus.url}/api/v1/query?query=${encodeURIComponent(query)}`;
  const response = await fetch(url, { signal: AbortSignal.timeout(5_000) });
  const value = Number(Answer.parse(await response.json()).data.result[0]?.value[1] ?? NaN);
  return Number.isNaN(value) ? undefined : value;
}
