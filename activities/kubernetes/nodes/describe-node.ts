import { implementRead } from '../../kit/index.ts';
import { printable } from '../client/failure.ts';
import type { ObjectOf, RawNode, RawPod } from '../client/raw.ts';
import type { KubernetesClient } from '../clients.ts';
import { kubernetes } from '../contract.ts';
import { CORDONED_WHY, type NodeDescription } from '../contract/nodes.ts';
import { summariseAlone } from '../pods/read-pods.ts';
import { truncation } from '../truncated.ts';
import { cordonOf } from './cordon-state.ts';
import { amountOf, podAmount, sum } from './pod-requests.ts';
import { quantity } from './quantity.ts';

const SHOWN = 120;

export const describeNode = ({ api }: KubernetesClient) =>
  implementRead(kubernetes.describeNode, async ({ node: name }, context) => {
    const [node, pods, lease] = await Promise.all([
      api.get('nodes', { name }, context),
      api.list('pods', { fieldSelector: `spec.nodeName=${name}` }, context),
      api.find('leases', { namespace: 'kube-node-lease', name }, context),
    ]);
    return nodeDescription({ node, pods: pods.items, lease, now: new Date() });
  });

export function nodeDescription({
  node,
  pods,
  lease,
  now,
}: {
  readonly node: RawNode;
  readonly pods: readonly RawPod[];
  readonly lease: ObjectOf<'leases'> | undefined;
  readonly now: Date;
}): NodeDescription {
  const { metadata, spec, status } = node;
  const conditions = (status?.conditions ?? []).map((c) => ({
    type: c.type,
    status: statusOf(c.status),
    reason: c.reason ?? '',
    message: printable(c.message ?? '', 300),
    ...(c.lastTransitionTime && { since: c.lastTransitionTime }),
  }));
  const running = pods.filter((p) => p.status?.phase !== 'Succeeded' && p.status?.phase !== 'Failed');
  const renewed = lease?.spec?.renewTime;
  const cordon = cordonOf(node);
  return {
    name: metadata?.name ?? '',
    uid: metadata?.uid ?? '',
    created: metadata?.creationTimestamp ?? '',
    ready: conditions.find((c) => c.type === 'Ready')?.status ?? 'Unknown',
    conditions,
    pressure: conditions.filter((c) => c.type !== 'Ready' && c.status !== 'False').map((c) => c.type),
    unschedulable: cordon.unschedulable,
    cordonedBy: cordon.cordonedBy,
    cordonedWhy: metadata?.annotations?.[CORDONED_WHY] ?? null,
    taints: (spec?.taints ?? []).map((t) => ({
      key: t.key,
      value: t.value ?? '',
      effect: t.effect,
      ...(t.timeAdded && { since: t.timeAdded }),
    })),
    zone: metadata?.labels?.['topology.kubernetes.io/zone'] ?? null,
    addresses: (status?.addresses ?? []).map(({ type, address }) => ({ type, address })),
    kubeletVersion: status?.nodeInfo?.kubeletVersion ?? '',
    kernelVersion: status?.nodeInfo?.kernelVersion ?? '',
    containerRuntime: status?.nodeInfo?.containerRuntimeVersion ?? '',
    bootID: status?.nodeInfo?.bootID ?? '',
    capacity: { ...amountOf(status?.capacity), pods: quantity(status?.capacity?.['pods']) },
    allocatable: { ...amountOf(status?.allocatable), pods: quantity(status?.allocatable?.['pods']) },
    requested: { ...sum(running.map((p) => podAmount(p, 'requests'))), pods: running.length },
    limits: sum(running.map((p) => podAmount(p, 'limits'))),
    pods: pods.slice(0, SHOWN).map((pod) => {
      const { namespace, name, uid, status: shown, ready, restarts } = summariseAlone(pod);
      return { namespace, name, uid, status: shown, ready, restarts };
    }),
    lease: renewed
      ? { renewed, ageSeconds: Math.max(0, Math.round((now.getTime() - Date.parse(renewed)) / 1_000)) }
      : null,
    ...truncation({ kept: Math.min(SHOWN, pods.length), of: pods.length, what: 'pods' }),
  };
}

/** A condition's status; `Unknown` where there is none. */
export const statusOf = (status: string | undefined): NodeDescription['ready'] =>
  status === 'True' || status === 'False' ? status : 'Unknown';
