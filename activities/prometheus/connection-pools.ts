import type { z } from 'zod';
import { ask } from './ask.ts';
import type { prometheus } from './contract.ts';
import type { PrometheusApi } from './http-api.ts';
import { filled, POOLS, type Fill, type PoolSeries } from './templates.ts';

type Question = z.output<typeof prometheus.connectionPools.contract.input>;
type Answer = z.output<typeof prometheus.connectionPools.contract.output>;

const EVERY = '5s';

/** The expressions for one exporter: what is in use and may be, by pod, the least of it over the window, and how full. */
export function poolQueries({ used, size }: PoolSeries, fill: Fill) {
  const byPod = (series: string) => `sum by (pod) (${filled(series, fill)})`;
  return {
    inUse: byPod(used),
    size: byPod(size),
    leastInUse: `min_over_time(${byPod(used)}[${fill.window}:${EVERY}])`,
    full: `max(${filled(used, fill)} / ${filled(size, fill)})`,
  };
}

/** The pools as the first exporter that has samples of the service tells of them. */
export async function connectionPools(
  api: PrometheusApi,
  o: {
    readonly input: Question;
    readonly maxAgeSeconds: number;
    readonly at: Date;
    readonly signal: AbortSignal;
  },
): Promise<Answer> {
  const { input, ...asked } = o;
  for (const pool of POOLS) {
    const queries = poolQueries(pool, input);
    const [inUse, size, least] = await Promise.all(
      [queries.inUse, queries.size, queries.leastInUse].map((expr) => ask(api, { expr, ...asked })),
    );
    if (inUse?.state === 'unknown' && inUse.why === 'empty') continue;
    for (const answer of [inUse, size, least]) if (answer?.state === 'unknown') return answer;
    const [used, sizes, leasts] = [inUse, size, least].map(
      (answer) =>
        new Map(answer?.state === 'known' ? answer.samples.map((s) => [s.labels['pod'] ?? '', s.value]) : []),
    );
    const pods = [...used!].flatMap(([pod, value]) => {
      const [most, leastInUse] = [sizes!.get(pod), leasts!.get(pod)];
      return most === undefined || most <= 0 || leastInUse === undefined
        ? []
        : [{ pod, inUse: value, size: most, leastInUse }];
    });
    if (pods.length > 0)
      return {
        state: 'known',
        pods: pods.sort((a, b) => b.inUse / b.size - a.inUse / a.size),
        exporter: pool.exporter,
        query: queries.full,
      };
  }
  const names = POOLS.map((p) => `${p.exporter} (${/(\w+)\{/.exec(p.used)![1]})`).join(', ');
  return {
    state: 'unknown',
    why: 'empty',
    reason: `nobody measures the connection pool of ${input.service}: there are no samples of ${names}`,
  };
}
