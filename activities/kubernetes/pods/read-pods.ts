import type { ApiClient, ListOptions } from '../client/client.ts';
import type { Limits } from '../client/http.ts';
import type { MetadataOnly, RawPod } from '../client/raw.ts';
import type { Pod } from '../contract/pods.ts';
import type { Controllers } from './lineage.ts';
import { summarisePod } from './summarise-pod.ts';

const ZONE = 'topology.kubernetes.io/zone';

/** Pods in the runbook's words, by namespace and name; with their nodes' zones and their Deployments' revisions. */
export async function readPods(
  api: ApiClient,
  list: ListOptions,
  limits: Limits,
): Promise<{ pods: Pod[]; more: boolean }> {
  const { namespace } = list;
  const [pods, replicaSets, nodes] = await Promise.all([
    api.list('pods', list, limits),
    api.listMetadata('replicasets', { namespace }, limits),
    api.listMetadata('nodes', {}, limits),
  ]);
  const controllers: Controllers = {
    replicaSets: replicaSets.items,
    jobs: pods.items.some(isOfJob) ? (await api.listMetadata('jobs', { namespace }, limits)).items : [],
  };
  const zones = zonesOf(nodes.items);
  const now = new Date();
  return {
    pods: pods.items
      .map((pod) => summarisePod(pod, { now, zones, controllers }))
      .sort((a, b) => order(a.namespace, b.namespace) || order(a.name, b.name)),
    more: pods.more,
  };
}

/** One pod without what other objects say of it: enough to judge its identity and its health. */
export function summariseAlone(pod: RawPod): Pod {
  return summarisePod(pod, {
    now: new Date(),
    zones: new Map(),
    controllers: { replicaSets: [], jobs: [] },
  });
}

export function zonesOf(nodes: readonly MetadataOnly[]): ReadonlyMap<string, string> {
  return new Map(
    nodes.flatMap(({ metadata }) => {
      const zone = metadata?.labels?.[ZONE];
      return metadata?.name && zone ? [[metadata.name, zone] as const] : [];
    }),
  );
}

const isOfJob = (pod: RawPod) => pod.metadata?.ownerReferences?.some((o) => o.kind === 'Job') ?? false;
const order = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
