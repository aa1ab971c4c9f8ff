import { z } from 'zod';
import { change, read } from '../../kit/index.ts';
import { Name, Namespace, Time, Truncated, WorkloadRef } from './identity.ts';
import { readingWorkload } from './workload-rights.ts';

const SourceKind = z.enum(['ConfigMap', 'Secret']);

/** A place in a workload's template that takes a value from a ConfigMap or Secret. */
const Reference = z.object({
  /** Null for a volume, which belongs to the pod. */
  container: z.string().nullable(),
  /** `env PORT`, `all as env`, `volume settings`. */
  as: z.string(),
  kind: SourceKind,
  name: z.string(),
  /** Null where all keys are taken. */
  key: z.string().nullable(),
  /** True where the container starts without it. */
  optional: z.boolean(),
});

const Source = z.object({
  kind: SourceKind,
  name: z.string(),
  /** `not-seen`: nightshift may not read it, so that nothing is known of it. */
  state: z.enum(['there', 'missing', 'not-seen']),
  immutable: z.boolean(),
  /** Names of its keys. */
  keys: z.array(z.string()),
  lastEdit: z.object({ by: z.string(), at: Time }).nullable(),
  /** Keys of a ConfigMap whose values are not what `kubectl apply` wrote last; null: not there. Never of a Secret. */
  changes: z.array(
    z.object({
      key: z.string(),
      applied: z.string().nullable(),
      present: z.string().nullable(),
      /** True where the values look like a secret or are too large: both are left out. */
      hidden: z.boolean(),
    }),
  ),
});
export type ConfigurationSource = z.output<typeof Source>;
export type ConfigurationReference = z.output<typeof Reference>;

/** What is put into a ConfigMap goes through the record: a file of configuration, not an archive. */
export const LARGEST_VALUE = 16_384;

export const configuration = {
  configurationOf: read({
    description:
      'ConfigMaps and Secrets that a workload is configured by: which keys it names, which are there, who wrote last, and what of a ConfigMap differs from what was applied. Never the values of a Secret.',
    as: 'kubectl get deployment NAME -o yaml; kubectl get configmaps,secrets --show-managed-fields',
    rights: [
      ...readingWorkload(),
      { in: 'namespace', may: { configmaps: ['get'] } },
      { in: 'namespace', may: { secrets: ['list'] }, without: 'which keys its Secrets have, and since when' },
    ],
    input: WorkloadRef,
    output: z.object({
      /** False when there is no such workload; the rest is empty then. */
      found: z.boolean(),
      references: z.array(Reference),
      sources: z.array(Source),
      truncated: Truncated,
    }),
    summary: (i) => `what ${i.kind} ${i.namespace}/${i.name} is configured by`,
  }),
  setConfigMapKeys: change({
    description:
      'Sets keys of a ConfigMap. Containers see an environment at their next start, a mounted file within a minute or so.',
    as: 'kubectl edit configmap NAME',
    rights: [{ in: 'namespace', may: { configmaps: ['get', 'patch'] } }],
    risk: 'disruptive',
    input: z.object({
      namespace: Namespace,
      configMap: Name,
      /** `null` takes a key away; keys that are not named stay as they are. */
      values: z
        .record(
          z.string().regex(/^[-._a-zA-Z0-9]{1,253}$/, 'must be a key of a ConfigMap'),
          z.string().max(LARGEST_VALUE).nullable(),
        )
        .refine((values) => Object.keys(values).length > 0, 'name at least one key'),
    }),
    output: z.object({ uid: z.string(), keys: z.array(z.string()) }),
    preconditions: z.object({
      uid: z.string(),
      /** SHA-256 of each named key's value as it was seen; null: it was not there. */
      present: z.record(z.string(), z.string().nullable()),
    }),
    preimage: z.object({ uid: z.string(), values: z.record(z.string(), z.string().nullable()) }),
    target: (i) => `configmap/${i.namespace}/${i.configMap}`,
    summary: (i) => `Set ${Object.keys(i.values).join(', ')} of ConfigMap ${i.namespace}/${i.configMap}`,
  }),
};
