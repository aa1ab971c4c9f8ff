/** The filters with what they need to know of the cluster: which DaemonSets are gone, which budgets cover a pod. */
import type { ApiClient } from '../client/client.ts';
import type { Limits } from '../client/http.ts';
import type { ObjectOf, RawPod } from '../client/raw.ts';
import { tooManyBudgets } from './budgets.ts';
import { daemonSetOf, filterPods, podName, type Allowances, type Filtered } from './drain-filters.ts';

type Budgets = readonly ObjectOf<'poddisruptionbudgets'>[];

export async function judgePods(
  api: ApiClient,
  pods: readonly RawPod[],
  { budgets, ...allowances }: Allowances & { readonly budgets: Budgets },
  limits: Limits,
): Promise<Filtered[]> {
  const gone = await goneDaemonSets(api, pods, limits);
  return filterPods(pods, { ...allowances, gone }).map((f) => withOneBudget(f, budgets));
}

/** Each DaemonSet that the pods name is looked for once: by its name, as kubectl does. */
async function goneDaemonSets(
  api: ApiClient,
  pods: readonly RawPod[],
  limits: Limits,
): Promise<ReadonlySet<string>> {
  const named = new Map(
    pods.flatMap((pod) => {
      const owner = daemonSetOf(pod);
      return owner ? [[podName({ metadata: owner }), owner] as const] : [];
    }),
  );
  const looked = await Promise.all(
    [...named].map(async ([name, owner]) => ({
      name,
      found: await api.findMetadata('daemonsets', owner, limits),
    })),
  );
  return new Set(looked.flatMap(({ name, found }) => (found ? [] : [name])));
}

function withOneBudget(filtered: Filtered, budgets: Budgets): Filtered {
  if (filtered.verdict !== 'evict') return filtered;
  const why = tooManyBudgets(filtered.pod, budgets);
  return why === undefined ? filtered : { pod: filtered.pod, verdict: 'refuse', why };
}
