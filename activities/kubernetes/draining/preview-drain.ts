import { implementRead } from '../../kit/index.ts';
import type { KubernetesClient } from '../clients.ts';
import { kubernetes } from '../contract.ts';
import { lineageOf } from '../pods/lineage.ts';
import { bindingBudgets } from './budgets.ts';
import { identityOf } from './drain-filters.ts';
import { lookAtNode } from './look-at-node.ts';

export const previewDrain = ({ api }: KubernetesClient) =>
  implementRead(kubernetes.previewDrain, async (input, context) => {
    const [{ node, filtered, budgets, noRoom }, replicaSets] = await Promise.all([
      lookAtNode(api, input, context),
      api.listMetadata('replicasets', {}, context),
    ]);
    const controllers = { replicaSets: replicaSets.items, jobs: [] };
    const toEvict = filtered.filter((f) => f.verdict === 'evict').map((f) => f.pod);
    const named = (verdict: 'ignore' | 'refuse') =>
      filtered.filter((f) => f.verdict === verdict).map(({ pod, why }) => ({ ...identityOf(pod), why }));
    return {
      node: input.node,
      uid: node.metadata?.uid ?? '',
      evict: toEvict.map((pod) => ({ ...identityOf(pod), workload: lineageOf(pod, controllers).workload })),
      ignored: named('ignore'),
      refused: named('refuse'),
      budgets: bindingBudgets(toEvict, budgets),
      noRoom: [...noRoom],
    };
  });
