import type { RawNode, RawPod } from '../client/raw.ts';
import type { Pod } from '../contract/pods.ts';
import { isReady, namesOf } from '../nodes/taking-pods.ts';

/** What a person should know before a pod is deleted or evicted. Nothing in it moves by itself from one minute to the next. */
export function podWarnings(seen: {
  readonly pod: RawPod;
  readonly summary: Pod;
  readonly nodes: readonly RawNode[];
  /** Nodes with room for its successor; undefined when that could not be looked at. */
  readonly room: readonly RawNode[] | undefined;
  /** What the disruption budgets over it mean for this way of removing it. */
  readonly ofBudgets: readonly string[];
}): string[] {
  const { pod, summary, nodes, room, ofBudgets } = seen;
  const own = nodes.find((n) => n.metadata?.name === summary.node);
  const kind = summary.owner?.kind;
  const said = [
    !kind && 'It has no controller: nothing makes another one in its place',
    kind === 'DaemonSet' && `Its DaemonSet makes another one on the same node ${summary.node}`,
    kind === 'StatefulSet' && 'Its StatefulSet makes another one of the same name',
    own &&
      !isReady(own) &&
      `Its node ${summary.node} does not report: it stays Terminating until the node is back`,
    ...ofBudgets,
    pod.spec?.volumes?.some((v) => v.emptyDir && v.emptyDir.medium !== 'Memory') &&
      'What it keeps in an emptyDir is lost',
    kind && kind !== 'DaemonSet' && roomSentence(room),
  ];
  return said.filter((s) => typeof s === 'string');
}

function roomSentence(room: readonly RawNode[] | undefined): string {
  if (room === undefined) return 'Whether another node has room for its successor could not be looked at';
  if (room.length === 0) return 'No node has room for its successor: it would stay Pending';
  return `Its successor has room on ${namesOf(room)}`;
}
