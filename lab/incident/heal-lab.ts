import type { ClusterApi } from '../control-plane/cluster-api.ts';
import type { LabDetails } from '../details.ts';
import { stage, type OnProgress } from '../events.ts';
import { deleteDatabasePod, waitForDatabase } from '../workloads/database.ts';
import { deletePod, listNodes, listPods } from '../workloads/objects.ts';
import { insideNode } from '../node/inside-node.ts';
import { isReady } from '../workloads/conditions.ts';
import { deployAccounts, deployWorkloads, REPLICAS, waitForWorkloads } from '../workloads/workloads.ts';
import { NODE_NAMES } from '../layout.ts';
import { kubeProxyOf } from '../kube-proxy/kube-proxy.ts';
import { until } from '../machine/until.ts';
import { offboardMerchants } from './onboarding.ts';

/**
 * Puts the lab back as `up` left it, whatever the incident, a run or a test did to it: merchants, cordons,
 * limits, pods, the release. Can be repeated; on a healthy lab it changes next to nothing.
 */
export async function healLab(
  details: LabDetails,
  of: { api: ClusterApi; onProgress: OnProgress },
): Promise<void> {
  const { api, onProgress } = of;
  const { namespace, probeNamespace } = details.workload;
  await stage(onProgress, 'merchants', 'The merchants leave', () => offboardMerchants(api));
  await stage(onProgress, 'nodes', 'Nodes report and take pods again', async () => {
    await Promise.all(details.nodes.map(({ name }) => startKubelet(details, name)));
    await uncordonAll(api);
  });
  await stage(onProgress, 'kube-proxy', 'kube-proxy has its memory and its rules', () =>
    kubeProxyOf(details, api).establish(),
  );
  await stage(onProgress, 'workloads', 'Pods are well and where they belong', async () => {
    for (const pod of await listPods(api, probeNamespace)) await deletePod(api, pod);
    if (!(await listPods(api, namespace, 'app=postgres')).some(isReady))
      await deleteDatabasePod(api, namespace);
    await waitForDatabase(api, namespace);
    await deployAccounts(api);
    await deployWorkloads(api);
    await until('payment-service is spread over the nodes', () => spread(details, api), {
      within: 300_000,
      every: 500,
    });
    await waitForWorkloads(details, api);
  });
}

/** Does nothing to one that runs. */
async function startKubelet({ stateDirectory }: LabDetails, node: string): Promise<void> {
  await insideNode({ stateDirectory, node }, ['systemctl', 'start', 'kubelet.service']);
}

async function uncordonAll(api: ClusterApi): Promise<void> {
  for (const node of await listNodes(api)) {
    const owned = Object.keys(node.metadata.annotations ?? {}).filter((key) => key.includes('nightshift'));
    if (!node.spec.unschedulable && owned.length === 0) continue;
    const patch = {
      metadata: { annotations: Object.fromEntries(owned.map((key) => [key, null])) },
      spec: { unschedulable: null },
    };
    await api.call('PATCH', `/api/v1/nodes/${node.metadata.name}`, patch, 'application/merge-patch+json');
  }
}

/** Deletes pods that crash, and those that the scheduler would now put elsewhere; true when nothing is left to do. */
async function spread(details: LabDetails, api: ClusterApi): Promise<boolean> {
  const pods = await listPods(api, details.workload.namespace, details.workload.selector);
  if (pods.some(({ metadata }) => metadata.deletionTimestamp)) return false;
  const crashing = pods.filter(
    (pod) => !isReady(pod) && (pod.status?.containerStatuses?.[0]?.restartCount ?? 0) > 0,
  );
  for (const pod of crashing) await deletePod(api, pod);
  if (crashing.length > 0 || pods.length !== REPLICAS || !pods.every(isReady)) return false;
  const fair = REPLICAS / NODE_NAMES.length;
  const tooMany = NODE_NAMES.flatMap((node) => pods.filter(({ spec }) => spec.nodeName === node).slice(fair));
  for (const pod of tooMany) await deletePod(api, pod);
  return tooMany.length === 0;
}
