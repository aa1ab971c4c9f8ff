/** A ConfigMap or Secret as a runbook may see it: keys, who wrote, and what differs from what was applied. */
import type { MetadataOnly, ObjectOf } from '../client/raw.ts';
import { holdsSecret } from '../changes/holds-secret.ts';
import { lastApplied } from '../changes/last-applied.ts';
import { namesSecret } from '../changes/without-secrets.ts';
import { LARGEST_VALUE, type ConfigurationSource } from '../contract/configuration.ts';
import { lastEditEver } from '../events/changes/snapshot.ts';

type Data = Readonly<Record<string, string>>;

export function describeConfigMap(map: ObjectOf<'configmaps'>): ConfigurationSource {
  const present = map.data ?? {};
  const applied = lastApplied(map);
  return {
    kind: 'ConfigMap',
    name: map.metadata?.name ?? '',
    state: 'there',
    immutable: map.immutable ?? false,
    keys: [...Object.keys(present), ...Object.keys(map.binaryData ?? {})].sort(),
    lastEdit: lastEditEver(map),
    changes: changesSince(applied && (applied.data ?? {}), present),
  };
}

/** From its metadata alone, which says who owns which keys: its values are never asked for. */
export function describeSecret(secret: MetadataOnly): ConfigurationSource {
  const keys = (secret.metadata?.managedFields ?? []).flatMap(({ fieldsV1 }) =>
    Object.keys((fieldsV1 as { 'f:data'?: object } | undefined)?.['f:data'] ?? {}),
  );
  return {
    kind: 'Secret',
    name: secret.metadata?.name ?? '',
    state: 'there',
    immutable: false,
    keys: [...new Set(keys.filter((k) => k.startsWith('f:')).map((k) => k.slice(2)))].sort(),
    lastEdit: lastEditEver(secret),
    changes: [],
  };
}

export const absentSource = (
  { kind, name }: Pick<ConfigurationSource, 'kind' | 'name'>,
  state: 'missing' | 'not-seen',
): ConfigurationSource => ({ kind, name, state, immutable: false, keys: [], lastEdit: null, changes: [] });

function changesSince(applied: Data | undefined, present: Data): ConfigurationSource['changes'] {
  if (!applied) return [];
  return [...new Set([...Object.keys(applied), ...Object.keys(present)])]
    .sort()
    .filter((key) => applied[key] !== present[key])
    .map((key) => {
      const values = [applied[key] ?? null, present[key] ?? null] as const;
      const hidden =
        namesSecret(key) || values.some((v) => v !== null && (v.length > LARGEST_VALUE || holdsSecret(v)));
      return { key, applied: hidden ? null : values[0], present: hidden ? null : values[1], hidden };
    });
}
