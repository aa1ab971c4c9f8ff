import type { z } from 'zod';
import { ask } from './ask.ts';
import type { prometheus } from './contract.ts';
import type { PrometheusApi } from './http-api.ts';

type Question = z.output<typeof prometheus.containerMemory.contract.input>;
type Answer = z.output<typeof prometheus.containerMemory.contract.output>;

/** The expression; names are RFC 1123 names, in which only the dot means something to a regular expression. */
export function memoryQuery({ namespace, pods, container, window }: Question): string {
  const names = pods.map((p) => p.replaceAll('.', String.raw`\.`)).join('|');
  const labels = [
    `namespace=${JSON.stringify(namespace)}`,
    `pod=~${JSON.stringify(names)}`,
    `container=${JSON.stringify(container)}`,
  ].join(',');
  return `max by (pod) (max_over_time(container_memory_working_set_bytes{${labels}}[${window}]))`;
}

/** Unknown where nobody counted it; never 0. */
export async function containerMemory(
  api: PrometheusApi,
  o: { readonly input: Question; readonly at: Date; readonly signal: AbortSignal },
): Promise<Answer> {
  const { input, at, signal } = o;
  const query = memoryQuery(input);
  const answer = await ask(api, { expr: query, maxAgeSeconds: 60, at, signal });
  if (answer.state === 'unknown') {
    const reason =
      answer.why === 'empty'
        ? `nobody counted the memory of ${input.container} over ${input.window}: does Prometheus scrape the kubelets (/metrics/cadvisor)?`
        : answer.reason;
    return { ...answer, reason, query };
  }
  const byPod = Object.fromEntries(answer.samples.map((s) => [s.labels['pod'] ?? '', s.value]));
  return { state: 'known', peakBytes: Math.max(...Object.values(byPod)), byPod, query };
}
