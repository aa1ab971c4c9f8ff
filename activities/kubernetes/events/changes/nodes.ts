import { CORDONED_WHY } from '../../contract/nodes.ts';
import type { RawNode } from '../../client/raw.ts';
import type { ObservedChange } from '../../contract/events.ts';
import { cordonedByWhom, cordonOf, writerOfUnschedulable } from '../../nodes/cordon-state.ts';
import { objectName, within, type Source } from './snapshot.ts';

/** Nodes that joined, whose conditions turned, that were cordoned or uncordoned. */
export const nodes: Source = (seen, window) => [
  ...seen.nodes.flatMap((node): ObservedChange[] => {
    const object = objectName('node', node);
    const created = node.metadata?.creationTimestamp;
    if (within(created, window)) {
      return [{ at: created, kind: 'node-condition', object, summary: 'joined the cluster', count: 1 }];
    }
    return (node.status?.conditions ?? []).flatMap((c): ObservedChange[] => {
      if (!within(c.lastTransitionTime, window)) return [];
      const summary = `${c.type} became ${c.status}${c.reason ? ` (${c.reason})` : ''}`;
      return [{ at: c.lastTransitionTime, kind: 'node-condition', object, summary, count: 1 }];
    });
  }),
  ...seen.nodes.flatMap((node): ObservedChange[] => {
    if (!cordonOf(node).unschedulable) return [];
    const at = writerOfUnschedulable(node)?.time ?? taintedAt(node);
    if (!within(at, window)) return [];
    const why = node.metadata?.annotations?.[CORDONED_WHY];
    const object = objectName('node', node);
    return [
      {
        at,
        kind: 'cordon',
        object,
        summary: `was cordoned${why ? `: ${why}` : ''}`,
        by: cordonedByWhom(node),
        count: 1,
      },
    ];
  }),
  ...seen.nodes.flatMap((node): ObservedChange[] => {
    if (within(node.metadata?.creationTimestamp, window)) return [];
    const object = objectName('node', node);
    return marksWritten(node).flatMap(({ at, by, what }): ObservedChange[] =>
      within(at, window)
        ? [{ at, kind: 'node-edit', object, summary: `its ${what} were written`, by, count: 1 }]
        : [],
    );
  }),
  ...seen.events.flatMap((e): ObservedChange[] => {
    if (e.reason !== 'NodeSchedulable' || !within(e.at, window)) return [];
    return [
      { at: e.at, kind: 'cordon', object: `node/${e.object.name}`, summary: 'was uncordoned', count: 1 },
    ];
  }),
];

/** The cluster's own managers follow what others do: conditions become taints, a cloud's zones become labels. */
const ITS_OWN = /^(kubelet|kube-controller-manager|cloud-controller-manager)$/;

/** Who last wrote labels or taints of a node by name; a cordon's own taint is not among them. */
function marksWritten({ metadata }: RawNode) {
  return (metadata?.managedFields ?? []).flatMap((entry) => {
    const { manager = 'unknown', subresource, time: at } = entry;
    if (subresource || at === undefined || ITS_OWN.test(manager)) return [];
    const fields = entry.fieldsV1 as Record<string, Record<string, unknown>> | undefined;
    const what = [
      fields?.['f:metadata']?.['f:labels'] && 'labels',
      fields?.['f:spec']?.['f:taints'] && 'taints',
    ].filter(Boolean);
    return what.length > 0 ? [{ at, by: manager, what: what.join(' and ') }] : [];
  });
}

const taintedAt = (node: Parameters<typeof cordonOf>[0]) =>
  node.spec?.taints?.find((t) => t.key === 'node.kubernetes.io/unschedulable')?.timeAdded;
