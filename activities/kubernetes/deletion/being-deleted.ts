import type { MetadataOnly, RawMeta, RawPod } from '../client/raw.ts';
import type { BeingDeleted } from '../contract/deletion.ts';

/** An object that was told to go, in the runbook's words; undefined for one that was not. */
export function beingDeleted(
  { metadata }: MetadataOnly,
  of: { readonly group: string; readonly resource: string; readonly now: Date; readonly pod?: RawPod },
): BeingDeleted | undefined {
  const since = metadata?.deletionTimestamp;
  if (!metadata || !since) return undefined;
  return {
    group: of.group,
    resource: of.resource,
    namespace: metadata.namespace ?? '',
    name: metadata.name ?? '',
    uid: metadata.uid ?? '',
    since,
    overdueSeconds: Math.round((of.now.getTime() - Date.parse(since)) / 1_000),
    finalizers: (metadata.finalizers ?? []).map((name) => ({ name, ...setterOf(metadata, name) })),
    pod: of.pod ? podFacts(of.pod) : null,
  };
}

/** The field manager that put a finalizer there, by the API server's own record. */
function setterOf({ managedFields = [] }: RawMeta, finalizer: string) {
  const entry = managedFields.find((m) => {
    const fields = m.fieldsV1 as { 'f:metadata'?: { 'f:finalizers'?: object } } | undefined;
    return `v:${JSON.stringify(finalizer)}` in (fields?.['f:metadata']?.['f:finalizers'] ?? {});
  });
  return { setBy: entry?.manager ?? null, setAt: entry?.time ?? null };
}

function podFacts({ metadata, spec, status }: RawPod): NonNullable<BeingDeleted['pod']> {
  return {
    node: spec?.nodeName ?? null,
    graceSeconds: metadata?.deletionGracePeriodSeconds ?? null,
    running: (status?.containerStatuses ?? []).filter((c) => c.state?.running).map((c) => c.name),
    preStop: (spec?.containers ?? []).filter((c) => c.lifecycle?.preStop).map((c) => c.name),
  };
}
