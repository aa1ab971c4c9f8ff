import type { z } from 'zod';
import { ask } from './ask.ts';
import type { prometheus } from './contract.ts';
import { greatest } from './figures.ts';
import type { PrometheusApi } from './http-api.ts';
import { podLabels } from './pod-labels.ts';

type Question = z.output<typeof prometheus.containerMemory.contract.input>;
type Answer = z.output<typeof prometheus.containerMemory.contract.output>;

export function memoryQuery({ namespace, pods, container, window }: Question): string {
  const labels = `${podLabels({ namespace, pods })},container=${JSON.stringify(container)}`;
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
  return { state: 'known', peakBytes: greatest(Object.values(byPod)), byPod, query };
}
