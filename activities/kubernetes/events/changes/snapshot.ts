/** What the API server shows of the recent past, read once; the sources of `whatChanged` look at nothing else. */
import type {
  MetadataOnly,
  ObjectOf,
  RawDeployment,
  RawNode,
  RawPod,
  RawReplicaSet,
} from '../../client/raw.ts';
import type { Event, ObservedChange } from '../../contract/events.ts';

export interface Snapshot {
  readonly deployments: readonly RawDeployment[];
  readonly replicaSets: readonly RawReplicaSet[];
  readonly statefulSets: readonly ObjectOf<'statefulsets'>[];
  readonly daemonSets: readonly ObjectOf<'daemonsets'>[];
  readonly controllerRevisions: readonly ObjectOf<'controllerrevisions'>[];
  readonly autoscalers: readonly ObjectOf<'horizontalpodautoscalers'>[];
  readonly jobs: readonly ObjectOf<'jobs'>[];
  readonly pods: readonly RawPod[];
  readonly nodes: readonly RawNode[];
  readonly configMaps: readonly MetadataOnly[];
  readonly secrets: readonly MetadataOnly[];
  readonly services: readonly MetadataOnly[];
  /** In order, of any age. */
  readonly events: readonly Event[];
}

/** A stretch of time, both ends in it. */
export interface Window {
  readonly from: string;
  readonly until: string;
}

export type Source = (seen: Snapshot, window: Window) => ObservedChange[];

/** Times come with and without fractions of a second: compared as moments, not as texts. */
export function within(time: string | undefined, { from, until }: Window): time is string {
  const at = Date.parse(time ?? '');
  return at >= Date.parse(from) && at <= Date.parse(until);
}

export const before = (time: string | undefined, { from }: Window): boolean =>
  Date.parse(time ?? '') < Date.parse(from);

/** The latest write of an object's own fields (not of its status) in the window, and who wrote. */
export function lastEdit(
  { metadata }: MetadataOnly,
  window: Window,
  isNoise: (manager: string) => boolean = () => false,
): { at: string; by: string } | undefined {
  return (metadata?.managedFields ?? [])
    .filter((m) => !m.subresource && !isNoise(m.manager ?? ''))
    .flatMap((m) => (within(m.time, window) ? [{ at: m.time, by: m.manager ?? 'unknown' }] : []))
    .sort((a, b) => Date.parse(a.at) - Date.parse(b.at))
    .at(-1);
}

/**
 * Who set the present number of replicas, as far as somebody is remembered: of a write through /scale the API server
 * keeps the writer and not the time, and of a number of 0 nothing. A controller's own write is autoscaling.
 */
export function whoSetReplicas({ metadata }: MetadataOnly): string | undefined {
  const owner = metadata?.managedFields?.find((m) => {
    const fields = m.fieldsV1 as { 'f:spec'?: Record<string, unknown> } | undefined;
    return 'f:replicas' in (fields?.['f:spec'] ?? {});
  });
  return owner?.manager === 'kube-controller-manager' ? undefined : owner?.manager;
}

const EVER = { from: '1970-01-01T00:00:00Z', until: '9999-12-31T00:00:00Z' };

/** The latest write that the object remembers, whenever it was; null where it remembers none. */
export const lastEditEver = (object: MetadataOnly) => lastEdit(object, EVER) ?? null;

/** `deployment/payments/api`, `node/worker-3`. */
export const objectName = (kind: string, { metadata }: MetadataOnly) =>
  [kind, metadata?.namespace, metadata?.name].filter(Boolean).join('/');

export const hhmm = (time: string) => new Date(time).toISOString().slice(11, 16);
