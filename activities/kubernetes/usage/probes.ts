import { implementRead } from '../../kit/index.ts';
import { printable } from '../client/failure.ts';
import type { RawEvent, RawPod } from '../client/raw.ts';
import type { KubernetesClient } from '../clients.ts';
import { kubernetes } from '../contract.ts';
import { lastSeen } from '../events/order-events.ts';
import { describeProbe, type RawProbe } from './describe-probe.ts';
import { podsAsked } from './pods-asked.ts';

type Container = NonNullable<NonNullable<RawPod['spec']>['containers']>[number];

const KINDS = { startup: 'startupProbe', readiness: 'readinessProbe', liveness: 'livenessProbe' } as const;
/** `Readiness probe failed: ...`, `Liveness probe errored: ...` (kubelet/prober). */
const TOLD = /^(Startup|Readiness|Liveness) probe (?:failed|errored)/;

export const probes = ({ api }: KubernetesClient) =>
  implementRead(kubernetes.probes, async ({ minutes, ...asked }, context) => {
    const { pods, ...truncated } = await podsAsked(api, asked, context);
    const { items } = await api.list(
      'events',
      { namespace: asked.namespace, fieldSelector: 'involvedObject.kind=Pod', atMost: 20_000 },
      context,
    );
    const since = Date.now() - minutes * 60_000;
    const failures = items.filter((e) => TOLD.test(e.message ?? '') && Date.parse(lastSeen(e)) >= since);
    return { pods: pods.map((pod) => probesOf(pod, failures)), ...truncated };
  });

function probesOf(pod: RawPod, failures: readonly RawEvent[]) {
  const own = failures.filter((e) => e.involvedObject.uid === pod.metadata?.uid);
  const sidecars = (pod.spec?.initContainers ?? []).filter((c) => c.restartPolicy === 'Always');
  const statuses = [...(pod.status?.containerStatuses ?? []), ...(pod.status?.initContainerStatuses ?? [])];
  return {
    name: pod.metadata?.name ?? '',
    uid: pod.metadata?.uid ?? '',
    node: pod.spec?.nodeName ?? null,
    ready: pod.status?.conditions?.some((c) => c.type === 'Ready' && c.status === 'True') ?? false,
    containers: [...(pod.spec?.containers ?? []), ...sidecars].map((container) => {
      const status = statuses.find((s) => s.name === container.name);
      return {
        container: container.name,
        ready: status?.ready ?? false,
        started: status?.started ?? null,
        restarts: status?.restartCount ?? 0,
        probes: probesIn(container, own),
      };
    }),
  };
}

function probesIn(container: Container, failures: readonly RawEvent[]) {
  return Object.entries(KINDS).flatMap(([kind, field]) => {
    const probe: RawProbe | undefined = container[field];
    if (!probe) return [];
    const told = failures
      .filter((e) => e.involvedObject.fieldPath?.includes(`{${container.name}}`))
      .filter((e) => TOLD.exec(e.message ?? '')?.[1]?.toLowerCase() === kind)
      .sort((a, b) => Date.parse(lastSeen(a)) - Date.parse(lastSeen(b)));
    const last = told.at(-1);
    return [
      {
        kind: kind as keyof typeof KINDS,
        says: describeProbe(probe),
        failures: told.reduce((sum, e) => sum + (e.series?.count ?? e.count ?? 1), 0),
        lastFailure: last ? { at: lastSeen(last), message: printable(last.message ?? '', 500) } : null,
      },
    ];
  });
}
