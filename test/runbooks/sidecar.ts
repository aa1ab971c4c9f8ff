import { kubernetes, type Pod } from '../../activities/kubernetes/contract.ts';
import { prometheus } from '../../activities/prometheus/contract.ts';
import { COMPLAINTS, type Complaint } from '../../runbooks/analysis/bad-gateway.ts';
import type { Stage } from '../../testing/index.ts';
import { nodeDescribed } from './node.ts';
import { pod } from './pod.ts';
import { revision, rollout } from './rollout.ts';

/** A pod with a proxy in front of its main container. */
export function meshed(name: string, proxy = 'istio-proxy'): Pod {
  const bare = pod(name);
  const [main] = bare.containers;
  return { ...bare, containers: [main!, { ...main!, name: proxy, kind: 'sidecar' }] };
}

/** A shop whose requests end with 502 while its limit is 100m; with more than that all is well. */
export function shopBehindSidecar(
  stage: Stage,
  o: {
    readonly pods?: readonly Pod[];
    readonly said?: Partial<Record<Complaint, number>>;
    /** The share of periods in which each container is throttled at first. */
    readonly throttled?: Readonly<Record<string, number>>;
    readonly limits?: Readonly<Record<string, string>>;
    readonly measured?: boolean;
    /** How the logs were read. */
    readonly log?: { readonly available?: boolean; readonly linesRead?: number; readonly truncated?: string };
  } = {},
): void {
  const { pods = [meshed('a')], said = { timeout: 40 }, throttled = { main: 0.9 }, measured = true } = o;
  let limits: Record<string, string> = { main: '100m', ...o.limits };
  let raised = false;
  stage
    .answer(kubernetes.listPods, { pods: [...pods] })
    .answer(kubernetes.describeNode, ({ node }) => nodeDescribed(node))
    .answer(kubernetes.podLogs, ({ unexpected, container = '' }) => ({
      ...{ container, available: true, linesRead: 400, expected: [], ...o.log },
      unexpected: unexpected.map((pattern) => ({
        pattern,
        count: (Object.keys(COMPLAINTS) as Complaint[]).reduce(
          (sum, kind) => sum + (COMPLAINTS[kind] === pattern ? (said[kind] ?? 0) : 0),
          0,
        ),
      })),
      lines: [{ text: 'GET / 502 UT upstream_response_timeout' }],
    }))
    .answer(kubernetes.workloadResources, () => ({
      found: true,
      replicas: 1,
      containers: Object.entries(limits).map(([name, cpu]) => ({
        ...{ name, kind: 'main' as const, image: 'shop:1', requests: {} },
        limits: { cpu },
      })),
    }))
    .answer(kubernetes.rolloutHistory, ({ kind, name }) => ({
      workload: { kind, name, uid: 'd' },
      paused: false,
      revisions: [revision(1), revision(2)],
    }))
    .answer(prometheus.containerCpu, ({ pods: names }) =>
      measured
        ? {
            state: 'known',
            containers: names.flatMap((name) =>
              ['main', 'istio-proxy'].map((container) => ({
                ...{ pod: name, container, cores: 0.09 },
                throttled: raised ? 0 : (throttled[container] ?? 0),
              })),
            ),
            query: 'q',
          }
        : { state: 'unknown', why: 'empty', reason: 'nobody counted CPU periods', query: 'q' },
    )
    .answer(prometheus.errorRate, (_, { ago }) => ({
      ...{ state: 'known', ratio: raised ? 0 : 0.4, errorsPerSecond: 4, totalPerSecond: 10 },
      ...{ at: ago(1), ageSeconds: 1, query: 'e' },
    }))
    .answer(prometheus.errorRateBelow, { verdict: 'pass', reason: '0 % fail' })
    .answer(kubernetes.rolloutStatus, rollout(true))
    .change(kubernetes.setResources, {
      apply: ({ kind, name, container, limits: { cpu } }) => {
        raised = true;
        limits = { ...limits, [container]: cpu! };
        return { workload: { kind, name, uid: 'd' }, generation: 2, template: 't' };
      },
    });
}
