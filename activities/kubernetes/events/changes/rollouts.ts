import type { RawReplicaSet } from '../../client/raw.ts';
import type { ObservedChange } from '../../contract/events.ts';
import { controllerOf, revisionOf } from '../../pods/lineage.ts';
import { controlledBy } from '../../workloads/revisions.ts';
import { before, lastEdit, objectName, within, type Snapshot, type Source, type Window } from './snapshot.ts';

const CHANGE_CAUSE = 'kubernetes.io/change-cause';

/** New revisions, and old ones that were brought back. */
export const rollouts: Source = (seen, window) => [
  ...seen.deployments.flatMap((deployment) => {
    const object = objectName('deployment', deployment);
    const edit = lastEdit(deployment, window, isController);
    const sets = controlledBy(deployment, seen.replicaSets);
    return sets.flatMap((set): ObservedChange[] => {
      const created = set.metadata?.creationTimestamp;
      const at = within(created, window) ? created : broughtBackAt(set, seen, window);
      if (!at) return [];
      const cause = set.metadata?.annotations?.[CHANGE_CAUSE];
      const what = at === created ? 'was rolled out' : 'was rolled back to';
      return [
        {
          at,
          kind: 'rollout',
          object,
          summary: `revision ${revisionOf(set) ?? '?'} ${what}${difference(set, sets)}${cause ? ` (${cause})` : ''}`,
          ...(edit && { by: edit.by }),
          count: 1,
        },
      ];
    });
  }),
  ...[...seen.statefulSets, ...seen.daemonSets].flatMap((owner) =>
    controlledBy(owner, seen.controllerRevisions).flatMap((revision): ObservedChange[] => {
      const at = revision.metadata?.creationTimestamp;
      if (!within(at, window)) return [];
      const kind = controllerOf(revision)?.kind.toLowerCase() ?? 'workload';
      const edit = lastEdit(owner, window, isController);
      const summary = `revision ${revision.revision} was rolled out`;
      return [
        {
          at,
          kind: 'rollout',
          object: objectName(kind, owner),
          summary,
          ...(edit && { by: edit.by }),
          count: 1,
        },
      ];
    }),
  ),
];

export const isController = (manager: string) => manager === 'kube-controller-manager';

/** An old ReplicaSet that was scaled up from nothing was rolled back to. */
function broughtBackAt(set: RawReplicaSet, seen: Snapshot, window: Window): string | undefined {
  if (!before(set.metadata?.creationTimestamp, window)) return undefined;
  const up = new RegExp(`^Scaled up replica set ${set.metadata?.name} (?:from 0 )?to \\d+(?: from 0)?$`);
  return seen.events.find(
    (e) => e.reason === 'ScalingReplicaSet' && up.test(e.message) && within(e.at, window),
  )?.at;
}

/** Which images differ from the revision before. */
function difference(set: RawReplicaSet, sets: readonly RawReplicaSet[]): string {
  const revision = revisionOf(set) ?? 0;
  const previous = sets
    .filter((s) => (revisionOf(s) ?? 0) < revision)
    .sort((a, b) => (revisionOf(a) ?? 0) - (revisionOf(b) ?? 0))
    .at(-1);
  const images = imagesOf(set);
  if (!previous) return `: ${images.map(([, image]) => image).join(', ')}`;
  const old = new Map(imagesOf(previous));
  const changed = images.filter(([name, image]) => old.get(name) !== image);
  return changed.length === 0
    ? ': same images, something else in the template'
    : `: ${changed.map(([name, image]) => `${old.get(name) ?? 'nothing'} → ${image}`).join(', ')}`;
}

const imagesOf = (set: RawReplicaSet) =>
  (set.spec?.template?.spec?.containers ?? []).map((c) => [c.name, c.image ?? ''] as const);
