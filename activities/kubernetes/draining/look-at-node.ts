/** What a drain of a node is about, read once: its pods, filtered, and the budgets over them. */
import type { ApiClient } from '../client/client.ts';
import type { Limits } from '../client/http.ts';
import type { ObjectOf, RawNode, RawPod } from '../client/raw.ts';
import { roomForPod } from '../nodes/room-for-pod.ts';
import { isFinished, podName, type Allowances, type Filtered } from './drain-filters.ts';
import { judgePods } from './judge-pods.ts';

export interface NodeToDrain {
  readonly node: RawNode;
  readonly filtered: readonly Filtered[];
  readonly budgets: readonly ObjectOf<'poddisruptionbudgets'>[];
  /** Pods for which no other node has room. */
  readonly noRoom: readonly string[];
}

export async function lookAtNode(
  api: ApiClient,
  { node: name, ...allowances }: Allowances & { readonly node: string },
  limits: Limits,
): Promise<NodeToDrain> {
  const [node, nodes, pods, { items: budgets }] = await Promise.all([
    api.get('nodes', { name }, limits),
    api.list('nodes', {}, limits),
    api.list('pods', { fieldSelector: 'status.phase!=Succeeded,status.phase!=Failed' }, limits),
    api.list('poddisruptionbudgets', {}, limits),
  ]);
  const here = await podsOn(api, name, limits);
  const filtered = await judgePods(api, here, { ...allowances, budgets }, limits);
  const noRoom = filtered
    .filter((f) => f.verdict === 'evict' && !isFinished(f.pod))
    .filter(
      ({ pod }) =>
        roomForPod({ pod, nodes: nodes.items, pods: pods.items, without: new Set([name]) }).length === 0,
    )
    .map(({ pod }) => podName(pod));
  return { node, filtered, budgets, noRoom };
}

export async function podsOn(api: ApiClient, node: string, limits: Limits): Promise<RawPod[]> {
  return (await api.list('pods', { fieldSelector: `spec.nodeName=${node}` }, limits)).items;
}
