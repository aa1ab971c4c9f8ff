import type { ApiClient } from '../client/client.ts';
import { hasStatus } from '../client/failure.ts';
import type { Limits } from '../client/http.ts';
import type { RawPod } from '../client/raw.ts';
import { identityOf } from './drain-filters.ts';

/** Whether the account may evict, by a dry run for one pod of each namespace; what a budget says now does not matter. */
export async function mayEvict(api: ApiClient, pods: readonly RawPod[], limits: Limits): Promise<void> {
  const one = new Map(pods.map((pod) => [pod.metadata?.namespace, pod]));
  await Promise.all(
    [...one.values()].map(async (pod) => {
      try {
        await api.evict({ ...identityOf(pod), dryRun: true }, limits);
      } catch (error) {
        if (![404, 409, 429].some((status) => hasStatus(error, status))) throw error;
      }
    }),
  );
}
