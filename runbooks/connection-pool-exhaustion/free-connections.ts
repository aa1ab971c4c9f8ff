import type { z } from 'zod';
import { kubernetes, type Pod } from '../../activities/kubernetes/contract.ts';
import type { WorkloadRef } from '../../activities/kubernetes/contract/identity.ts';
import { prometheus } from '../../activities/prometheus/contract.ts';
import { approve, carryOut, check, handOver, propose, remind } from '../../workflows/index.ts';
import { isFull, isHeld, poolInWords, type Holder, type PodPool } from '../analysis/pool-holder.ts';
import { podsOf, refOf } from '../analysis/pods-of.ts';
import { ASK, PLATFORM } from '../platform-oncall.ts';
import { beforeThat, rollBack, type YoungRelease } from '../young-release.ts';

/**
 * A release that brought it is rolled back; without one, a pod that lost its connections is replaced, and where several
 * did, all are restarted in turn, so that others are there meanwhile. Requests that take turns and a function that keeps
 * connections are for those who know the service.
 */
export async function freeConnections(o: {
  readonly workload: z.output<typeof WorkloadRef>;
  readonly pods: readonly Pod[];
  readonly full: readonly PodPool[];
  readonly holder: Holder;
  readonly release: YoungRelease | undefined;
  readonly service: string;
  readonly window: string;
  readonly withinSeconds: number;
  /** How full the fullest pool is, for Prometheus. */
  readonly query: string;
  /** What was found, in sentences. */
  readonly words: string;
  readonly seen: readonly string[];
}) {
  const { workload, pods, full, holder, release, service, window, withinSeconds, query, words, seen } = o;
  const { namespace, name } = workload;
  const found = { who: holder.who, ...('function' in holder && { function: holder.function }), pools: seen };

  const before =
    release &&
    (await beforeThat({
      expr: query,
      at: release.created,
      what: `Connections of ${service} in use`,
      tolerance: 0,
    }));
  const suspected = release && before?.verdict !== 'pass' ? release : undefined;
  if (suspected?.paused)
    return handOver(
      `${words} ${suspected.words} It is paused, so it cannot be rolled back: kubectl rollout resume deployment/${name} -n ${namespace}.`,
      found,
    );
  if (!suspected && holder.who !== 'nobody') {
    const acquitted = release ? ` ${release.words} The pools were as full before it.` : '';
    const next = {
      'in-turn': 'A larger pool helps where the database has connections left; a slow query fills any pool.',
      function: 'What keeps them is in the code, or in the database where that is a function of its driver.',
      unknown: 'A thread dump of a pod tells what has them.',
    }[holder.who];
    return handOver(`${words}${acquitted} ${next}`, found);
  }

  const back = suspected && rollBack(namespace, suspected);
  const lost = pods.filter((p) => full.some((pool) => pool.pod === p.name && isHeld(pool)));
  const [one] = lost.length === 1 && pods.length > 1 ? lost : [];
  const { title, change } =
    back ??
    (one
      ? {
          title: `Replace ${one.name}, one of ${pods.length} pods of ${name}, which lost its connections`,
          change: kubernetes.deletePod({ pod: refOf(one), evenIfHealthy: true }),
        }
      : {
          title: `Restart ${name}, of which ${lost.length} of ${pods.length} pods lost their connections`,
          change: kubernetes.rolloutRestart(workload),
        });
  const plan = await propose(title, [change], {
    because: [
      words,
      ...(suspected
        ? [suspected.words]
        : ['New pods begin with an empty pool, which fills again: it is got time with.']),
      ...(before?.verdict === 'fail'
        ? [`Before that release the pools were less full: ${before.reason}.`]
        : []),
      ...(suspected && before?.verdict !== 'fail'
        ? ['**Whether the pools were less full before that release is not known.**']
        : []),
    ].join('\n\n'),
  });
  await carryOut(await approve(plan, ASK));

  const within = { within: `${withinSeconds}s` } as const;
  const checks = [
    await check(`All pods of ${name} are up`, kubernetes.rolloutStatus, workload, within),
    await check(
      `No connection pool of ${name} is full`,
      async () => {
        const [{ pods: all }, now] = await Promise.all([
          kubernetes.listPods({ namespace, limit: 1000 }),
          prometheus.connectionPools({ service, namespace, window }),
        ]);
        if (now.state === 'unknown') return { verdict: 'unknown' as const, reason: now.reason };
        const there = podsOf(all, workload).filter((p) => p.condition !== 'terminating');
        const own = now.pods.filter(({ pod }) => there.some((p) => p.name === pod));
        const unmeasured = there.filter((p) => !own.some(({ pod }) => pod === p.name));
        if (unmeasured.length > 0 || own.length === 0)
          return {
            verdict: 'unknown' as const,
            reason: `the pools of ${unmeasured.map((p) => p.name).join(', ') || 'its pods'} are not measured yet`,
          };
        const still = own.filter(isFull);
        return still.length > 0
          ? { verdict: 'fail' as const, reason: still.map(poolInWords).join('; ') }
          : { verdict: 'pass' as const, reason: own.map(poolInWords).join('; ') };
      },
      within,
    ),
  ];
  const titles = [`All pods of ${name} are up`, `No connection pool of ${name} is full`];
  const skipped = titles.filter((_, i) => checks[i] === 'skipped');
  if (skipped.length > 0)
    return handOver(`${title}: that was done; a person skipped: ${skipped.join('; ')}. ${words}`, found);
  remind(
    suspected
      ? `Is revision ${suspected.revision} of ${name} repaired? It used up the connections to the database.`
      : `${name} loses connections to the database; its pods were only replaced. Is it found where?`,
    { at: 'next working day 09:30', to: PLATFORM },
  );
  return { ...found, done: title };
}
