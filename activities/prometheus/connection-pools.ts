import type { z } from 'zod';
import { windowSeconds } from '../kit/index.ts';
import { ask, key } from './ask.ts';
import type { prometheus } from './contract.ts';
import type { PrometheusApi } from './http-api.ts';
import { filled, ownPool, POOLS, type Fill, type OwnQuestion, type PoolSeries } from './templates.ts';

type Question = z.output<typeof prometheus.connectionPools.contract.input>;
type Answer = z.output<typeof prometheus.connectionPools.contract.output>;

const EVERY_SECONDS = 5;

/** The expressions for one exporter: what is in use and may be of each pool, the least over the window, from how many looks, and how full. */
export function poolQueries({ used, size }: PoolSeries, fill: Fill) {
  const [inUse, most] = [filled(used, fill), filled(size, fill)];
  const over = `(${inUse})[${fill.window}:${EVERY_SECONDS}s]`;
  return {
    inUse,
    size: most,
    leastInUse: `min_over_time(${over})`,
    looks: `count_over_time(${over})`,
    full: `max(${inUse} / ${most})`,
  };
}

/** The pools as the configuration, or the first exporter that has samples of the service, tells of them. */
export async function connectionPools(
  api: PrometheusApi,
  o: {
    readonly input: Question;
    /** How the configuration asks for connections. */
    readonly own: OwnQuestion | undefined;
    readonly maxAgeSeconds: number;
    readonly at: Date;
    readonly signal: AbortSignal;
  },
): Promise<Answer> {
  const { input, own, ...asked } = o;
  const ownSeries = ownPool(own);
  const all = [...(ownSeries ? [ownSeries] : []), ...POOLS];
  for (const pool of all) {
    const queries = poolQueries(pool, input);
    const [inUse, size, least, looks] = await Promise.all(
      [queries.inUse, queries.size, queries.leastInUse, queries.looks].map((expr) =>
        ask(api, { expr, ...asked }),
      ),
    );
    if (inUse?.state === 'unknown' && inUse.why === 'empty') continue;
    for (const answer of [inUse, size]) if (answer?.state === 'unknown') return answer;
    // A pool that is measured since a moment ago has no look of the window.
    for (const answer of [least, looks])
      if (answer?.state === 'unknown' && answer.why !== 'empty') return answer;
    const [sizes, leasts, counts] = [size, least, looks].map((answer) => byLabels(samplesOf(answer)));
    const pools = samplesOf(inUse).flatMap(({ labels, value }) => {
      const itself = key(labels);
      const most = sizes!.get(itself);
      if (most === undefined || most <= 0) return [];
      const covered = (counts!.get(itself) ?? 0) * EVERY_SECONDS * 2 > windowSeconds(input.window);
      const leastInUse = covered ? (leasts!.get(itself) ?? null) : null;
      return [{ pod: labels['pod'] ?? '', inUse: value, size: most, leastInUse }];
    });
    if (pools.length > 0)
      return {
        state: 'known',
        pods: fullestByPod(pools),
        exporter: pool.exporter,
        query: queries.full,
      };
  }
  const names = all.map((p) => `${p.exporter} (${/(\w+)\{/.exec(p.used)?.[1] ?? p.used})`).join(', ');
  const toSay =
    own && !ownSeries
      ? '. questions.connections in the configuration gives one value; write { used, size } there for pools by pod'
      : '';
  return {
    state: 'unknown',
    why: 'empty',
    reason: `nobody measures the connection pool of ${input.service}: there are no samples of ${names}${toSay}`,
  };
}

type Pool = Extract<Answer, { state: 'known' }>['pods'][number];
type Samples = Extract<Asked, { state: 'known' }>['samples'];
type Asked = Awaited<ReturnType<typeof ask>>;

const samplesOf = (answer: Asked | undefined): Samples => (answer?.state === 'known' ? answer.samples : []);

/** By what tells a pool from others: several of one pod do not add up, for one that is free helps none that is full. */
const byLabels = (samples: Samples) => new Map(samples.map(({ labels, value }) => [key(labels), value]));

/** Of pools that are as full, the one whose connections come back least. */
function fullestByPod(pools: readonly Pool[]): Pool[] {
  const of = (pool: Pool, value: number | null) => (value ?? 0) / pool.size;
  const sorted = pools.toSorted(
    (a, b) => of(b, b.inUse) - of(a, a.inUse) || of(b, b.leastInUse) - of(a, a.leastInUse),
  );
  return sorted.filter((pool, i) => sorted.findIndex(({ pod }) => pod === pool.pod) === i);
}
