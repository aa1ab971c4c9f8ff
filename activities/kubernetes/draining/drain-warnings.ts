import { listed } from '../listed.ts';
import { bindingBudgets } from './budgets.ts';
import { isTerminating, podName } from './drain-filters.ts';
import type { NodeToDrain } from './look-at-node.ts';

/** What a person should know before a node is drained. */
export function drainWarnings({ filtered, budgets, noRoom }: NodeToDrain): string[] {
  const toEvict = filtered.filter((f) => f.verdict === 'evict');
  const staying = filtered.filter((f) => f.verdict === 'ignore');
  const going = toEvict.filter((f) => isTerminating(f.pod)).length;
  return [
    ...(toEvict.length === 0 ? ['There is no pod to evict'] : []),
    ...(going > 0 ? [`${going} pods are being deleted already and are only waited for`] : []),
    ...(staying.length > 0 ? [`${staying.length} pods stay: of DaemonSets, or static`] : []),
    ...toEvict.flatMap(({ pod, why }) => (why ? [`${podName(pod)}: ${why}`] : [])),
    ...(noRoom.length > 0
      ? [`No other node has room for ${listed(noRoom)}: what takes their place would stay Pending`]
      : []),
    ...bindingBudgets(
      toEvict.map((f) => f.pod),
      budgets,
    ).map(
      (b) =>
        `PodDisruptionBudget ${b.namespace}/${b.name} covers ${b.pods} of them${b.never ? ', and it never lets one go' : ''}`,
    ),
  ];
}
