import type { ClusterApi } from '../control-plane/cluster-api.ts';
import { until } from '../machine/until.ts';
import { isReady } from './conditions.ts';
import { deletePod, describePod, listPods } from './objects.ts';

const SELECTOR = 'app=postgres';

/** Deletes the database's pod; its Deployment makes another, with another address. */
export async function deleteDatabasePod(api: ClusterApi, namespace: string): Promise<void> {
  for (const pod of await listPods(api, namespace, SELECTOR)) await deletePod(api, pod);
}

/** Waits until the database is one ready pod and no other is on its way out. */
export async function waitForDatabase(api: ClusterApi, namespace: string): Promise<void> {
  const settled = async (): Promise<true> => {
    const pods = await listPods(api, namespace, SELECTOR);
    if (pods.length === 1 && pods.every((pod) => isReady(pod) && !pod.metadata.deletionTimestamp))
      return true;
    throw new Error(pods.map(describePod).join('; ') || 'it has no pod');
  };
  await until('the database is ready', settled, { within: 300_000 });
}

/** The address of the database's pod; undefined while there is no ready one. */
export async function databaseAddress(api: ClusterApi, namespace: string): Promise<string | undefined> {
  return (await listPods(api, namespace, SELECTOR)).find(
    (pod) => isReady(pod) && !pod.metadata.deletionTimestamp,
  )?.status?.podIP;
}
