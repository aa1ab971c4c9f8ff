import type { z } from 'zod';
import { ask } from './ask.ts';
import { CHART_MS } from './chart.ts';
import type { prometheus } from './contract.ts';
import type { PrometheusApi } from './http-api.ts';
import { podLabels } from './pod-labels.ts';
import { queryRange, type AskedAt } from './query-range.ts';

type Question = z.output<typeof prometheus.containerCpu.contract.input>;
type Answer = z.output<typeof prometheus.containerCpu.contract.output>;

/** The three expressions: periods in which a container ran, those in which it was throttled, and the cores that it used. */
export function cpuQueries({ namespace, pods, window }: Question) {
  // The pod's own sandbox ("POD") and the pod as a whole ("") are counted beside its containers.
  const labels = `{${podLabels({ namespace, pods })},container!="",container!="POD"}[${window}]`;
  const by = (f: string, metric: string) => `sum by (pod, container) (${f}(${metric}${labels}))`;
  return {
    periods: by('increase', 'container_cpu_cfs_periods_total'),
    throttled: by('increase', 'container_cpu_cfs_throttled_periods_total'),
    cores: by('rate', 'container_cpu_usage_seconds_total'),
  };
}

/** Unknown where nobody counted the periods: the kernel has none of a container without a limit. */
export async function containerCpu(api: PrometheusApi, o: AskedAt<Question>): Promise<Answer> {
  const { input, at, signal } = o;
  const queries = cpuQueries(input);
  const query = `${queries.throttled} / ${queries.periods}`;
  const [periods, throttled, cores] = await Promise.all(
    [queries.periods, queries.throttled, queries.cores].map((expr) =>
      ask(api, { expr, maxAgeSeconds: 60, at, signal }),
    ),
  );
  const missing = [periods, throttled].find((a) => a?.state === 'unknown');
  if (periods?.state !== 'known' || throttled?.state !== 'known') {
    const { why, reason } = missing as Extract<Answer, { state: 'unknown' }>;
    return { state: 'unknown', why, reason: why === 'empty' ? nobodyCounted(input) : reason, query };
  }
  const throttledOf = byContainer(throttled.samples);
  const coresOf = byContainer(cores?.state === 'known' ? cores.samples : []);
  const containers = periods.samples
    .filter(({ value }) => value > 0)
    .map(({ labels, value }) => ({
      pod: labels['pod'] ?? '',
      container: labels['container'] ?? '',
      throttled: Math.max(0, Math.min(1, (throttledOf.get(key(labels)) ?? 0) / value)),
      cores: coresOf.get(key(labels)) ?? null,
    }))
    .sort((a, b) => b.throttled - a.throttled);
  if (containers.length === 0)
    return { state: 'unknown', why: 'empty', reason: `no container ran in ${input.window}`, query };
  const chart = await chartOf(api, { ...o, query });
  return { state: 'known', containers, query, ...(chart && { chart }) };
}

async function chartOf(
  api: PrometheusApi,
  { input: { chart }, query, ...asked }: AskedAt<Question> & { readonly query: string },
) {
  if (chart === undefined) return undefined;
  // The answer counts without a picture, and does not wait long for one.
  const signal = AbortSignal.any([asked.signal, AbortSignal.timeout(CHART_MS)]);
  const question = { expr: query, since: '1h', points: 120, chart };
  const over = await queryRange(api, { ...asked, input: question, signal }).catch(() => undefined);
  return over?.state === 'known' ? over.chart : undefined;
}

const nobodyCounted = ({ pods, window }: Question) =>
  `nobody counted CPU periods of these ${pods.length} pods twice in ${window}: has any container a CPU limit, and does Prometheus scrape the kubelets (/metrics/cadvisor)?`;

type Labels = Readonly<Record<string, string>>;
const key = (labels: Labels) => `${labels['pod']}/${labels['container']}`;
const byContainer = (samples: readonly { readonly labels: Labels; readonly value: number }[]) =>
  new Map(samples.map(({ labels, value }) => [key(labels), value]));
