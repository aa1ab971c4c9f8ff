import type { ObservedChange } from '../../contract/events.ts';
import { controllerOf } from '../../pods/lineage.ts';
import { isController } from './rollouts.ts';
import {
  lastEdit,
  whoSetReplicas,
  objectName,
  within,
  type Snapshot,
  type Source,
  type Window,
} from './snapshot.ts';

const SCALED = /^Scaled (up|down) replica set (\S+) (?:from (\d+) )?to (\d+)(?: from (\d+))?$/;

/** Workloads that were made larger or smaller, by whom, and autoscalers: what they did, and who wrote them. A rollout's own scaling is not told again. */
export const scaling: Source = (seen, window) => {
  const rolling = rollingIn(seen, window);
  const said: ObservedChange[] = [];
  for (const e of seen.events) {
    if (!within(e.at, window)) continue;
    const object = [e.object.kind.toLowerCase(), e.object.namespace, e.object.name].filter(Boolean).join('/');
    if (e.reason === 'ScalingReplicaSet') {
      const [, direction, , from = '?', to] = SCALED.exec(normalised(e.message)) ?? [];
      if (direction === undefined || from === '0' || to === '0' || rolling.has(e.object.uid)) continue;
      said.push({
        at: e.at,
        kind: 'scaling',
        object,
        summary: `scaled ${direction} from ${from} to ${to}`,
        by: scaledBy(e.object.uid) ?? e.source,
        count: 1,
      });
    }
    if (e.reason === 'SuccessfulRescale') {
      said.push({ at: e.at, kind: 'autoscaler', object, summary: e.message, by: e.source, count: e.count });
    }
  }
  const told = new Set(said.filter((c) => c.kind === 'autoscaler').map((c) => c.object));
  for (const hpa of seen.autoscalers) {
    const at = hpa.status?.lastScaleTime;
    const object = objectName('horizontalpodautoscaler', hpa);
    if (!within(at, window) || told.has(object)) continue;
    const target = `${hpa.spec?.scaleTargetRef.kind}/${hpa.spec?.scaleTargetRef.name}`;
    said.push({
      at,
      kind: 'autoscaler',
      object,
      summary: `scaled ${target} to ${hpa.status?.desiredReplicas}`,
      count: 1,
    });
  }
  for (const set of seen.statefulSets) {
    const at = resizedAt(set, seen, window);
    if (at === undefined) continue;
    const by = whoSetReplicas(set);
    const summary = `was scaled to ${set.spec?.replicas ?? 1}`;
    said.push({
      at,
      kind: 'scaling',
      object: objectName('statefulset', set),
      summary,
      ...(by && { by }),
      count: 1,
    });
  }
  for (const hpa of seen.autoscalers) {
    const edit = lastEdit(hpa, window, isController);
    if (!edit) continue;
    const created = within(hpa.metadata?.creationTimestamp, window);
    const summary = created ? 'was created' : 'was edited';
    said.push({
      ...edit,
      kind: 'autoscaler',
      object: objectName('horizontalpodautoscaler', hpa),
      summary,
      count: 1,
    });
  }
  return said;

  function scaledBy(uid: string | undefined): string | undefined {
    const deployment = seen.deployments.find((d) => d.metadata?.uid === uid);
    return deployment && whoSetReplicas(deployment);
  }
};

const POD_OF_SET = /^(create|delete) Pod (\S+-(\d+)) in StatefulSet/;

/**
 * When a StatefulSet was made larger or smaller, which only its controller's events tell: a pod went whose ordinal is no
 * longer wanted, or the last wanted one came and replaced none of its name.
 */
function resizedAt(
  set: Snapshot['statefulSets'][number],
  seen: Snapshot,
  window: Window,
): string | undefined {
  const { metadata, spec } = set;
  const wanted = (spec?.ordinals?.start ?? 0) + (spec?.replicas ?? 1);
  const killed = (pod: string) =>
    seen.events.some(
      (e) => e.reason === 'Killing' && e.object.name === pod && e.object.namespace === metadata?.namespace,
    );
  return seen.events.find((e) => {
    if (e.object.uid !== metadata?.uid || !within(e.at, window)) return false;
    const [, what, pod = '', ordinal] = POD_OF_SET.exec(e.message) ?? [];
    if (what === 'delete') return Number(ordinal) >= wanted;
    const isNew = !within(metadata?.creationTimestamp, window) && !killed(pod);
    return what === 'create' && Number(ordinal) === wanted - 1 && isNew;
  })?.at;
}

/** Deployments whose revisions took over from one another: with a new ReplicaSet, or one up while another went down. */
function rollingIn(seen: Snapshot, window: Window): Set<string | undefined> {
  const fresh = seen.replicaSets.filter((r) => within(r.metadata?.creationTimestamp, window));
  const rolling = new Set(fresh.map((r) => controllerOf(r)?.uid));
  const sets = new Map<string | undefined, Set<string>>();
  for (const e of seen.events) {
    const set = e.reason === 'ScalingReplicaSet' && within(e.at, window) && SCALED.exec(e.message)?.[2];
    if (!set) continue;
    const known = sets.get(e.object.uid) ?? new Set();
    if (known.add(set).size > 1) rolling.add(e.object.uid);
    sets.set(e.object.uid, known);
  }
  return rolling;
}

/** Older controllers write "to 3 from 2", newer ones "from 2 to 3". */
const normalised = (message: string) => message.replace(/ to (\d+) from (\d+)$/, ' from $2 to $1');
