import { z } from 'zod';
import { read, type Rights } from '../../kit/index.ts';
import { Name, Namespace, Selector, Time, Truncated } from './identity.ts';

const OfPods = z.object({ namespace: Namespace, selector: Selector.optional(), pod: Name.optional() });
const ofPods = (i: z.output<typeof OfPods>): string =>
  [i.pod ?? i.selector ?? 'all pods', 'in', i.namespace].join(' ');

/** Of one container. Amounts are null where nobody says them: no limit set, nothing measured. */
const ContainerUsage = z.object({
  container: z.string(),
  /** Thousandths of a core. */
  cpuMillis: z.number().nullable(),
  cpuLimitMillis: z.number().nullable(),
  /** The working set, which is what the kernel kills for. */
  memoryBytes: z.number().nullable(),
  memoryLimitBytes: z.number().nullable(),
  /** When it was last killed for memory, as far as its pod remembers. */
  lastOomKill: Time.nullable(),
});

const Throttling = z.object({
  container: z.string(),
  /** False: it has no CPU limit, so nothing throttles it. */
  limited: z.boolean(),
  /** Share of the scheduling periods in which it had to wait, 0 to 1; null where there was none to count. */
  share: z.number().nullable(),
  /** How many periods that is of. */
  periods: z.number(),
  throttledSeconds: z.number(),
});

const Probe = z.object({
  kind: z.enum(['startup', 'readiness', 'liveness']),
  /** As kubectl describes it: `http-get http://:8080/ready delay=0s timeout=1s period=10s #success=1 #failure=3`. */
  says: z.string(),
  /** Failures that the kubelet told in the window. */
  failures: z.number().int(),
  lastFailure: z.object({ at: Time, message: z.string() }).nullable(),
});

const asking = (subresource: 'stats' | 'metrics'): Rights[] => [
  { in: 'namespace', may: { pods: ['list'] } },
  {
    in: 'cluster',
    may: { nodes: ['get'], [`nodes/${subresource}`]: ['get'] },
    without: 'what the kubelets measure',
  },
];

export const usage = {
  podUsage: read({
    description:
      'What the containers of pods use against their limits, from the metrics API or else from the kubelets; unknown, with the reason, where neither says it.',
    as: 'kubectl top pods --containers -l SELECTOR',
    timeout: '20s',
    rights: [
      ...asking('stats'),
      { in: 'namespace', may: { 'pods.metrics.k8s.io': ['list'] }, without: 'the metrics API' },
    ],
    input: OfPods,
    output: z.object({
      source: z.enum(['metrics-api', 'kubelet', 'none']),
      pods: z.array(
        z.object({
          name: z.string(),
          uid: z.string(),
          node: z.string().nullable(),
          measured: Time.nullable(),
          containers: z.array(ContainerUsage),
        }),
      ),
      /** Why something is unknown: the metrics API is not there, a kubelet does not answer, a figure is stale. */
      unknown: z.array(z.string()),
      truncated: Truncated,
    }),
    summary: (i) => `usage of ${ofPods(i)}`,
  }),
  cpuThrottling: read({
    description:
      'How often containers have to wait for their CPU limit: counted by the kubelets over some seconds, or since the containers started.',
    as: 'cat /sys/fs/cgroup/cpu.stat',
    timeout: '2 minutes',
    rights: asking('metrics'),
    input: OfPods.extend({
      /** 0: since each container started. The kubelet counts anew every 10 to 15 seconds. */
      seconds: z.number().int().min(0).max(60).default(20),
    }),
    output: z.object({
      pods: z.array(
        z.object({
          name: z.string(),
          uid: z.string(),
          node: z.string().nullable(),
          containers: z.array(Throttling),
        }),
      ),
      unknown: z.array(z.string()),
      truncated: Truncated,
    }),
    summary: (i) => `CPU throttling of ${ofPods(i)}`,
  }),
  probes: read({
    description:
      'Readiness, liveness and startup probes of pods as they are configured, with the failures that the kubelets told.',
    as: 'kubectl describe pods -l SELECTOR; kubectl get events --field-selector reason=Unhealthy',
    rights: [{ in: 'namespace', may: { pods: ['list'], events: ['list'] } }],
    input: OfPods.extend({ minutes: z.number().min(1).max(1440).default(60) }),
    output: z.object({
      pods: z.array(
        z.object({
          name: z.string(),
          uid: z.string(),
          node: z.string().nullable(),
          ready: z.boolean(),
          containers: z.array(
            z.object({
              container: z.string(),
              ready: z.boolean(),
              started: z.boolean().nullable(),
              restarts: z.number().int(),
              probes: z.array(Probe),
            }),
          ),
        }),
      ),
      truncated: Truncated,
    }),
    summary: (i) => `probes of ${ofPods(i)}`,
  }),
};
