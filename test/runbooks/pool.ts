import { kubernetes } from '../../activities/kubernetes/contract.ts';
import { prometheus } from '../../activities/prometheus/contract.ts';
import type { Stage } from '../../testing/index.ts';
import { pod } from './pod.ts';
import { revision, rollout } from './rollout.ts';

type Places = readonly (readonly [goroutines: number, name: string])[];

/** A shop whose pods have used up their connections, until they are replaced or rolled back. */
export function shopWithoutConnections(
  stage: Stage,
  o: {
    /** Connections in use by each pod, of 8, and the least over the window. */
    readonly pools?: Readonly<Record<string, readonly [inUse: number, least: number | null]>>;
    /** What goroutines stand in; no profile where left out. */
    readonly goroutines?: Places;
    /** Seconds since the present revision was made. */
    readonly releasedAgo?: number;
    /** How full they were before the release, 0 to 1; 0.3 when left out. */
    readonly before?: number;
    readonly measured?: boolean;
    readonly paused?: boolean;
    readonly helps?: boolean;
  } = {},
): void {
  const { pools = { a: [8, 8], b: [8, 8] }, releasedAgo = 90_000, before = 0.3, helps = true } = o;
  let names = Object.keys(pools);
  let empty = false;
  const mend = () => void (helps && (empty = true));
  const workload = { kind: 'Deployment' as const, name: 'shop', uid: 'd' };
  stage
    .answer(kubernetes.listPods, () => ({ pods: names.map((name) => pod(name)) }))
    .answer(prometheus.connectionPools, () =>
      o.measured === false
        ? { state: 'unknown', why: 'empty', reason: 'nobody measures the connection pool of shop' }
        : {
            state: 'known',
            pods: names.map((name) => {
              const [inUse, leastInUse] = empty ? [1, 0] : (pools[name] ?? [1, 0]);
              return { pod: name, inUse, leastInUse, size: 8 };
            }),
            exporter: 'HikariCP',
            query: 'max(used / size)',
          },
    )
    .answer(prometheus.errorRate, (_, { ago }) => ({
      ...{ state: 'known', ratio: 0.4, errorsPerSecond: 4, totalPerSecond: 10 },
      ...{ at: ago(1), ageSeconds: 1, query: 'e' },
    }))
    .answer(prometheus.compare, ({ expr, tolerance }) => {
      const same = before * (1 + tolerance) >= 1;
      const reason = same ? '1 now, as then' : `1 now is above the highest: 0.1 to ${before}`;
      return { verdict: same ? 'pass' : 'fail', reason, query: expr };
    })
    .answer(kubernetes.rolloutHistory, (_, { ago }) => ({
      workload,
      paused: o.paused ?? false,
      revisions: [revision(1, { created: ago(99_000) }), revision(2, { created: ago(releasedAgo) })],
    }))
    .answer(kubernetes.compareRevisions, {
      from: revision(1),
      to: revision(2),
      differences: [{ path: 'env[name=POOL_SIZE].value', before: '8', after: '2' }],
    })
    .answer(kubernetes.rolloutStatus, rollout(true))
    .change(kubernetes.profileGo, {
      apply: () => {
        const places = o.goroutines;
        const total = places?.reduce((sum, [count]) => sum + count, 0) ?? 0;
        return {
          verdict: places ? 'pass' : 'fail',
          reason: places ? `${total} goroutines` : 'nothing listens at port 6060',
          unit: 'count',
          total,
          ownCode: (places ?? []).map(([count, name]) => ({
            ...{ function: name, at: `${name}.go:1` },
            share: count / total,
          })),
          top: [],
          artefacts: [],
        };
      },
    })
    .change(kubernetes.rolloutUndo, {
      apply: ({ templateHash }) => {
        mend();
        return { deployment: workload, generation: 3, templateHash };
      },
    })
    .change(kubernetes.rolloutRestart, {
      apply: () => {
        mend();
        return { workload, generation: 3, template: 't' };
      },
    })
    .change(kubernetes.deletePod, {
      apply: ({ pod: { namespace, name, uid } }) => {
        if (helps) names = names.map((n) => (n === name ? `${n}-new` : n));
        return { namespace, name, uid: uid!, note: '' };
      },
    });
}

/** Goroutines of a service that is only waiting for connections which nobody has. */
export const LOST: Places = [
  [20, 'pool.take'],
  [1, 'main.serve'],
  [1, 'main.loop'],
];
