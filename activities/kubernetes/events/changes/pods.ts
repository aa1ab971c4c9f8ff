import type { MetadataOnly, RawPod } from '../../client/raw.ts';
import type { Event, ObservedChange } from '../../contract/events.ts';
import { controllerOf, lineageOf } from '../../pods/lineage.ts';
import { before, objectName, within, type Snapshot, type Source, type Window } from './snapshot.ts';

const EVICTED = new Set([
  'Evicted',
  'EvictionByEvictionAPI',
  'TaintManagerEviction',
  'Preempted',
  'DeletingPodsFromNode',
]);
const OUT_OF_MEMORY = new Set(['OOMKilling', 'SystemOOM']);

/** Pods that took another's place, that ran out of memory, were evicted, or crash. */
export const pods: Source = (seen, window) => [
  ...replacements(seen, window),
  ...outOfMemory(seen, window),
  ...eventsOf(seen, window, EVICTED, 'eviction'),
  ...backOff(seen, window),
];

/** A new pod of an old controller, and one of the controller's pods that went: one took the other's place. */
function replacements(seen: Snapshot, window: Window): ObservedChange[] {
  const controllers = { replicaSets: seen.replicaSets, jobs: [] };
  const alive = new Set(seen.pods.filter((p) => !p.metadata?.deletionTimestamp).map((p) => p.metadata?.name));
  const gone = seen.events.filter(
    (e) =>
      e.reason === 'Killing' && e.object.kind === 'Pod' && within(e.at, window) && !alive.has(e.object.name),
  );
  const taken = new Set<string>();
  return seen.pods.flatMap((pod): ObservedChange[] => {
    const at = pod.metadata?.creationTimestamp;
    const { owner } = lineageOf(pod, controllers);
    const replicaSet = seen.replicaSets.find((r) => r.metadata?.uid === owner?.uid);
    if (
      !within(at, window) ||
      owner?.kind !== 'ReplicaSet' ||
      !before(replicaSet?.metadata?.creationTimestamp, window)
    ) {
      return [];
    }
    const old = gone.find(
      ({ object: o }) =>
        o.namespace === pod.metadata?.namespace && isPodOf(o.name, owner.name) && !taken.has(o.name),
    );
    if (!old && wasScaled(seen, replicaSet, window)) return [];
    if (old) taken.add(old.object.name);
    const address = pod.status?.podIP ? `; the address is ${pod.status.podIP} now` : '';
    const where = pod.spec?.nodeName ? ` on ${pod.spec.nodeName}` : '';
    const summary = `replaced ${old ? `pod ${old.object.name}` : 'a pod that is gone'}${where}${address}`;
    return [{ at, kind: 'pod-replaced', object: objectName('pod', pod), summary, count: 1 }];
  });
}

/** Its pod may then be one more, not another. */
function wasScaled(seen: Snapshot, replicaSet: MetadataOnly | undefined, window: Window): boolean {
  const deployment = replicaSet && controllerOf(replicaSet)?.uid;
  return seen.events.some(
    (e) => e.reason === 'ScalingReplicaSet' && e.object.uid === deployment && within(e.at, window),
  );
}

/** A ReplicaSet's pods are named for it and five characters more. */
const isPodOf = (pod: string, replicaSet: string) =>
  pod.startsWith(`${replicaSet}-`) && !pod.slice(replicaSet.length + 1).includes('-');

function outOfMemory(seen: Snapshot, window: Window): ObservedChange[] {
  const killed = seen.pods.flatMap((pod) =>
    (pod.status?.containerStatuses ?? []).flatMap((c): ObservedChange[] => {
      const ends = [c.state?.terminated, c.lastState?.terminated];
      const end = ends.find((t) => t?.reason === 'OOMKilled' && within(t.finishedAt, window));
      if (!end?.finishedAt) return [];
      const where = pod.spec?.nodeName ? ` on ${pod.spec.nodeName}` : '';
      const summary = `container ${c.name} was killed for memory${where}`;
      return [
        { at: end.finishedAt, kind: 'out-of-memory', object: objectName('pod', pod), summary, count: 1 },
      ];
    }),
  );
  return [...killed, ...eventsOf(seen, window, OUT_OF_MEMORY, 'out-of-memory')];
}

function eventsOf(
  seen: Snapshot,
  window: Window,
  reasons: ReadonlySet<string>,
  kind: ObservedChange['kind'],
): ObservedChange[] {
  return seen.events
    .filter((e) => reasons.has(e.reason) && within(e.at, window))
    .map((e) => ({
      at: e.at,
      kind,
      object: [e.object.kind.toLowerCase(), e.object.namespace, e.object.name].filter(Boolean).join('/'),
      summary: e.message,
      ...(e.source && { by: e.source }),
      count: e.count,
    }));
}

/** Crash loops, one entry for the pods of one workload on one node. */
function backOff(seen: Snapshot, window: Window): ObservedChange[] {
  const controllers = { replicaSets: seen.replicaSets, jobs: [] };
  const groups = new Map<
    string,
    { object: string; node: string | undefined; pods: Set<string>; events: Event[] }
  >();
  for (const e of seen.events) {
    if (e.reason !== 'BackOff' || e.object.kind !== 'Pod' || !within(e.at, window)) continue;
    const pod = seen.pods.find((p) => p.metadata?.uid === e.object.uid);
    const object = pod ? workloadName(pod) : `pod/${e.object.namespace}/${e.object.name}`;
    const node = pod?.spec?.nodeName;
    const key = `${object} ${node}`;
    const group = groups.get(key) ?? { object, node, pods: new Set(), events: [] };
    group.pods.add(e.object.name);
    group.events.push(e);
    groups.set(key, group);
  }
  return [...groups.values()].map(({ object, node, pods: names, events }) => {
    const from = earliest(events, window);
    const until = events.at(-1)!.at;
    return {
      at: from,
      until,
      kind: 'back-off',
      object,
      summary: `${names.size} ${names.size === 1 ? 'pod is' : 'pods are'} in a crash loop${node ? ` on ${node}` : ''}: ${[...names].sort().slice(0, 5).join(', ')}`,
      count: events.reduce((sum, e) => sum + e.count, 0),
    };
  });

  function workloadName(pod: RawPod): string {
    const { workload } = lineageOf(pod, controllers);
    return workload
      ? `${workload.kind.toLowerCase()}/${pod.metadata?.namespace}/${workload.name}`
      : objectName('pod', pod);
  }
}

/** A repeated event says when it was first seen; one that began before the window begins with it here. */
function earliest(events: readonly Event[], window: Window): string {
  const first = events.map((e) => e.first).sort()[0]!;
  return within(first, window) ? first : window.from;
}
