import { jsonOf } from '../../http/json-of.ts';
import { implementRead, StepFailure, type CallContext } from '../../kit/index.ts';
import type { ApiClient } from '../client/client.ts';
import type { RawPod } from '../client/raw.ts';
import type { KubernetesClient } from '../clients.ts';
import { kubernetes } from '../contract.ts';
import { amountOf } from '../nodes/pod-requests.ts';
import { quantity } from '../nodes/quantity.ts';
import { askKubelets, podsAsked, type Asked } from './pods-asked.ts';

/** The metrics API scrapes every 15 s by default, a kubelet counts every 10: what is older is no present usage. */
const STALE_MS = 2 * 60_000;

interface Measured {
  readonly at: string;
  /** By container. */
  readonly containers: ReadonlyMap<
    string,
    { readonly cpuMillis: number | null; readonly memoryBytes: number | null }
  >;
}
interface Measurements {
  readonly source: 'metrics-api' | 'kubelet' | 'none';
  /** By the pod's name. */
  readonly pods: ReadonlyMap<string, Measured>;
  readonly unknown: readonly string[];
}

export const podUsage = ({ api }: KubernetesClient) =>
  implementRead(kubernetes.podUsage, async (asked, context) => {
    const { pods, ...truncated } = await podsAsked(api, asked, context);
    const found = await measurements(api, { asked, pods }, context);
    const told = pods.map((pod) => usageOf(pod, found.pods.get(pod.metadata?.name ?? ''), new Date()));
    return {
      source: found.source,
      pods: told.map((t) => t.usage),
      unknown: [...found.unknown, ...(found.source === 'none' ? [] : told.flatMap((t) => t.unknown))],
      ...truncated,
    };
  });

async function measurements(
  api: ApiClient,
  o: { readonly asked: Asked; readonly pods: readonly RawPod[] },
  context: CallContext,
): Promise<Measurements> {
  try {
    return await fromMetricsApi(api, o.asked, context);
  } catch (error) {
    if (!(error instanceof StepFailure)) throw error;
    const why = `the metrics API (metrics.k8s.io) does not say it: ${error.message}`;
    const kubelets = await fromKubelets(api, o.pods, context);
    return kubelets.pods.size > 0 || o.pods.length === 0
      ? kubelets
      : { source: 'none', pods: new Map(), unknown: [why, ...kubelets.unknown] };
  }
}

interface PodMetrics {
  readonly metadata?: { readonly name?: string };
  readonly timestamp?: string;
  readonly containers?: readonly { readonly name: string; readonly usage?: Record<string, string> }[];
}

async function fromMetricsApi(api: ApiClient, asked: Asked, context: CallContext): Promise<Measurements> {
  const resource = { groupVersion: 'apis/metrics.k8s.io/v1beta1', plural: 'pods' };
  const { items } = await api.list(
    resource,
    { namespace: asked.namespace, labelSelector: asked.selector },
    context,
  );
  const pods = (items as PodMetrics[]).map(({ metadata, timestamp = '', containers = [] }) => {
    const measured = containers.map(({ name, usage }) => {
      const cpuMillis = Math.round(quantity(usage?.['cpu']) * 1_000);
      return [name, { cpuMillis, memoryBytes: quantity(usage?.['memory']) }] as const;
    });
    return [metadata?.name ?? '', { at: timestamp, containers: new Map(measured) }] as const;
  });
  return { source: 'metrics-api', pods: new Map(pods), unknown: [] };
}

/** As much of a kubelet's /stats/summary as is looked at (kubelet/pkg/apis/stats/v1alpha1). */
interface Summary {
  readonly pods?: readonly {
    readonly podRef: { readonly name: string; readonly uid: string };
    readonly containers?: readonly {
      readonly name: string;
      readonly cpu?: { readonly time: string; readonly usageNanoCores?: number };
      readonly memory?: { readonly time: string; readonly workingSetBytes?: number };
    }[];
  }[];
}

async function fromKubelets(
  api: ApiClient,
  pods: readonly RawPod[],
  context: CallContext,
): Promise<Measurements> {
  const { pages, unknown } = await askKubelets(api, { pods, page: 'stats/summary' }, context);
  const wanted = new Set(pods.map((p) => p.metadata?.uid));
  const found = new Map<string, Measured>();
  for (const [node, page] of pages) {
    const summary = jsonOf(page) as Summary | undefined;
    if (summary === undefined) unknown.push(`the kubelet of ${node} answered what is not JSON`);
    for (const { podRef, containers = [] } of summary?.pods ?? []) {
      if (!wanted.has(podRef.uid)) continue;
      const measured = containers.map(({ name, cpu, memory }) => {
        const nanos = cpu?.usageNanoCores;
        const cpuMillis = nanos === undefined ? null : Math.round(nanos / 1e6);
        return [name, { cpuMillis, memoryBytes: memory?.workingSetBytes ?? null }] as const;
      });
      const at = containers.flatMap((c) => c.memory?.time ?? c.cpu?.time ?? []).sort()[0] ?? '';
      found.set(podRef.name, { at, containers: new Map(measured) });
    }
  }
  return { source: 'kubelet', pods: found, unknown };
}

function usageOf(pod: RawPod, measured: Measured | undefined, now: Date) {
  const name = pod.metadata?.name ?? '';
  const age = now.getTime() - Date.parse(measured?.at ?? '');
  const fresh = age <= STALE_MS ? measured : undefined;
  const running = pod.status?.phase === 'Running';
  const why = measured
    ? `${name}: its figures are ${Math.round(age / 1_000)} s old`
    : `${name}: nothing is measured of it${running ? ' (yet)' : `, it is ${pod.status?.phase ?? 'not there'}`}`;
  return {
    unknown: fresh ? [] : [why],
    usage: {
      name,
      uid: pod.metadata?.uid ?? '',
      node: pod.spec?.nodeName ?? null,
      measured: fresh?.at ?? null,
      containers: (pod.spec?.containers ?? []).map((container) => {
        const { limits } = container.resources ?? {};
        const limit = amountOf(limits);
        const used = fresh?.containers.get(container.name);
        return {
          container: container.name,
          cpuMillis: used?.cpuMillis ?? null,
          cpuLimitMillis: limits?.['cpu'] === undefined ? null : limit.cpuMillis,
          memoryBytes: used?.memoryBytes ?? null,
          memoryLimitBytes: limits?.['memory'] === undefined ? null : limit.memoryBytes,
          lastOomKill: lastOomKill(pod, container.name),
        };
      }),
    },
  };
}

function lastOomKill(pod: RawPod, container: string): string | null {
  const status = pod.status?.containerStatuses?.find((c) => c.name === container);
  const ends = [status?.state?.terminated, status?.lastState?.terminated];
  return ends.find((end) => end?.reason === 'OOMKilled')?.finishedAt ?? null;
}
