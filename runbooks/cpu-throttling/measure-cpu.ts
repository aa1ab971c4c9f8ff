import { kubernetes, type Pod } from '../../activities/kubernetes/contract.ts';
import type { WorkloadRef } from '../../activities/kubernetes/contract/identity.ts';
import { prometheus } from '../../activities/prometheus/contract.ts';
import { podsOf } from '../analysis/pods-of.ts';
import type { z } from 'zod';

export type Workload = z.output<typeof WorkloadRef>;

/** The workload's pods that serve or are about to. */
export const podsNow = async (workload: Workload): Promise<readonly Pod[]> =>
  podsOf((await kubernetes.listPods({ namespace: workload.namespace, limit: 1000 })).pods, workload).filter(
    (p) => p.condition !== 'terminating' && p.condition !== 'finished',
  );

/** How often the kernel stops the containers of its pods; `cpu` is undefined where it has no pod. */
export async function measureCpu(
  workload: Workload,
  { window, chart }: { readonly window: string; readonly chart?: string },
) {
  const pods = (await podsNow(workload)).slice(0, 50).map((p) => p.name);
  const { namespace } = workload;
  return {
    pods,
    cpu:
      pods.length > 0
        ? await prometheus.containerCpu({
            namespace,
            pods,
            window,
            ...(chart !== undefined && { chart: chart.slice(0, 100) }),
          })
        : undefined,
  };
}
