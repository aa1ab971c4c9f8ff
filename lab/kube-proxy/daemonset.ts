import { join } from 'node:path';
import {
  applyManifests,
  objectPath,
  readManifestFile,
  type Manifest,
} from '../control-plane/apply-manifests.ts';
import { ClusterApiError, type ClusterApi } from '../control-plane/cluster-api.ts';
import { KUBE_PROXY_IMAGE } from '../images/image-names.ts';
import { until } from '../machine/until.ts';
import { deletePod, listPods, type Pod } from '../workloads/objects.ts';
import { isReady } from '../workloads/conditions.ts';
import { KUBE_PROXY_MEMORY } from '../node/units.ts';

const NAMESPACE = 'kube-system';
const SELECTOR = 'k8s-app=kube-proxy';
const CONTAINER = 'kube-proxy';

const manifests = (): Manifest[] =>
  readManifestFile(join(import.meta.dirname, 'daemonset.yaml'), {
    KUBE_PROXY_IMAGE,
    KUBE_PROXY_MEMORY: `${KUBE_PROXY_MEMORY}i`,
  });
const PATH = `/apis/apps/v1/namespaces/${NAMESPACE}/daemonsets/kube-proxy`;

interface DaemonSet {
  readonly metadata: { readonly generation: number };
  readonly status?: {
    readonly observedGeneration?: number;
    readonly desiredNumberScheduled?: number;
    readonly updatedNumberScheduled?: number;
    readonly numberAvailable?: number;
  };
}

/** Makes the DaemonSet what its manifest says, and waits until each of so many nodes has its present pod. */
export async function rollOutDaemonSet(api: ClusterApi, nodes: number): Promise<void> {
  const unready = (await kubeProxyPods(api)).filter((pod) => !isReady(pod));
  await applyManifests(api, manifests());
  // One that crashes would wait for minutes before its next start.
  for (const pod of unready) await deletePod(api, pod);
  const rolledOut = async (): Promise<true> => {
    const { metadata, status = {} } = await api.call<DaemonSet>('GET', PATH);
    const { desiredNumberScheduled: desired = 0, updatedNumberScheduled: updated = 0 } = status;
    const { numberAvailable: available = 0 } = status;
    const present = (status.observedGeneration ?? 0) >= metadata.generation;
    const pods = await kubeProxyPods(api);
    if (present && desired === nodes && updated === nodes && available === nodes && pods.length === nodes)
      return true;
    throw new Error(`${updated} of ${nodes} pods are of the present revision, ${available} are available`);
  };
  await until('kube-proxy is rolled out', rolledOut, { within: 300_000, every: 300 });
}

/** Removes the DaemonSet and waits until its pods have gone. False when there was none. */
export async function removeDaemonSet(api: ClusterApi): Promise<boolean> {
  let found = false;
  for (const manifest of manifests()) {
    const removed = await api.call('DELETE', objectPath(manifest)).then(
      () => true,
      (error: unknown) => {
        if (error instanceof ClusterApiError && error.status === 404) return false;
        throw error;
      },
    );
    found ||= removed;
  }
  if (found)
    await until('the pods of kube-proxy have gone', async () => (await kubeProxyPods(api)).length === 0, {
      within: 300_000,
      every: 300,
    });
  return found;
}

/** Writes another limit into the template. Pods that run keep theirs until somebody deletes them. */
export async function limitNextPods(api: ClusterApi, memory: string): Promise<void> {
  const container = { name: CONTAINER, resources: { limits: { memory } } };
  const patch = {
    spec: {
      updateStrategy: { type: 'OnDelete', rollingUpdate: null },
      template: { spec: { containers: [container] } },
    },
  };
  await api.call('PATCH', PATH, patch, 'application/strategic-merge-patch+json');
}

/** Deletes the pod of a node and waits until another one is there. */
export async function replacePodOn(api: ClusterApi, node: string): Promise<void> {
  const here = async (): Promise<Pod[]> =>
    (await kubeProxyPods(api)).filter(({ spec }) => spec.nodeName === node);
  const old = await here();
  for (const pod of old) await deletePod(api, pod);
  const uids = new Set(old.map(({ metadata }) => metadata.uid));
  await until(
    `${node} has another pod of kube-proxy`,
    async () => (await here()).some(({ metadata }) => !uids.has(metadata.uid)),
    { within: 300_000, every: 300 },
  );
}

const kubeProxyPods = (api: ClusterApi): Promise<readonly Pod[]> => listPods(api, NAMESPACE, SELECTOR);
