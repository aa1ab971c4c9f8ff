import { implementRead } from '../../kit/index.ts';
import type { RawNode } from '../client/raw.ts';
import type { KubernetesClient } from '../clients.ts';
import { kubernetes } from '../contract.ts';
import { cordonedByWhom } from './cordon-state.ts';
import { statusOf } from './describe-node.ts';

export const listNodes = ({ api }: KubernetesClient) =>
  implementRead(kubernetes.listNodes, async ({ selector }, context) => {
    const { items } = await api.list('nodes', { labelSelector: selector }, context);
    return { nodes: items.map(inBrief).sort((a, b) => (a.name < b.name ? -1 : 1)) };
  });

function inBrief(node: RawNode) {
  const { metadata, spec, status } = node;
  const ready = status?.conditions?.find((c) => c.type === 'Ready');
  return {
    name: metadata?.name ?? '',
    uid: metadata?.uid ?? '',
    ready: statusOf(ready?.status),
    ...(ready?.lastTransitionTime && { since: ready.lastTransitionTime }),
    unschedulable: spec?.unschedulable ?? false,
    cordonedBy: spec?.unschedulable ? cordonedByWhom(node) : null,
    zone: metadata?.labels?.['topology.kubernetes.io/zone'] ?? null,
    kubeletVersion: status?.nodeInfo?.kubeletVersion ?? '',
  };
}
