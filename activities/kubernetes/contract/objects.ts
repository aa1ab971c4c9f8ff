import { z } from 'zod';
import { change, read, Verdict } from '../../kit/index.ts';
import { jsonPath } from './json-path.ts';
import { parseWait } from './wait-condition.ts';
import { Name, Namespace, Selector, Time, Truncated } from './identity.ts';
import { objectTarget } from './object-target.ts';
import { POLLS_WITHOUT } from './workload-rights.ts';

/** On an object that an apply of nightshift made: the operation that made it. */
export const CREATED_BY = 'nightshift.dev/created-by';

/** Objects of a kind. The group is empty for the core API; the resource is as in the API's paths: `deployments`. */
const Kind = z.object({
  group: z
    .string()
    .max(253)
    .regex(/^([a-z0-9]([-a-z0-9.]*[a-z0-9])?)?$/, 'must be an API group, empty for the core API')
    .default(''),
  resource: z
    .string()
    .max(63)
    .regex(/^[a-z0-9]+$/, 'must be a resource as in the API, like "deployments"'),
  /** Left out for objects of no namespace; to list, for those of all namespaces. */
  namespace: Namespace.optional(),
});
export const AnyObject = Kind.extend({ name: Name });
export type AnyObject = z.output<typeof AnyObject>;

/** What is read and written here goes into histories and the record. */
const NO_SECRETS = 'the values of Secrets stay out of the record: look at them by hand';
const notSecret = (o: { group: string; resource: string }) => !(o.group === '' && o.resource === 'secrets');

const JsonPath = z
  .string()
  .min(1)
  .max(500)
  .refine((text) => understood(() => jsonPath(text)), 'must be a JSONPath as kubectl takes it');
/** Values by a name of your own, each with the JSONPath that finds it. */
const Fields = z.record(z.string().min(1).max(63), JsonPath);

const Wait = z
  .string()
  .max(600)
  .refine((text) => understood(() => parseWait(text)), {
    message:
      'must be delete, create, condition=NAME[=STATUS] or jsonpath={EXPRESSION}[=VALUE], as kubectl wait takes it',
  });

function understood(parse: () => unknown): boolean {
  try {
    parse();
    return true;
  } catch {
    return false;
  }
}

const FREE_METADATA = new Set(['labels', 'annotations']);

/** Fields as a manifest has them; of the metadata, labels and annotations. */
const Patch = z
  .record(z.string(), z.json())
  .refine((patch) => Object.keys(patch).length > 0, 'name at least one field')
  .refine((patch) => !('status' in patch), 'the status is its controller’s to write')
  .refine(
    ({ metadata }) =>
      metadata === undefined ||
      (typeof metadata === 'object' && Object.keys(metadata ?? {}).every((key) => FREE_METADATA.has(key))),
    'of the metadata, only labels and annotations can be patched',
  );

const called = ({ group, resource, namespace, name }: AnyObject): string =>
  [group ? `${resource}.${group}` : resource, namespace, name].filter(Boolean).join('/');
const byObject = ({ object }: { object: AnyObject }): string => objectTarget(object);

const values = z.record(z.string(), z.json());
const Identity = z.object({ uid: z.string(), generation: z.number().int().nullable() });

export const objects = {
  getObject: read({
    description:
      'One object of any kind, custom resources among them, whole or some of its values by JSONPath.',
    as: "kubectl get KIND NAME -o jsonpath='{.status.phase}'",
    rights: [{ in: 'namespace', object: ['get'] }],
    input: z.object({
      object: AnyObject.refine(notSecret, NO_SECRETS),
      /** The whole object when left out. */
      fields: Fields.optional(),
    }),
    output: z.object({
      found: z.boolean(),
      uid: z.string().nullable(),
      /** Tools that keep it as their repository says: Argo CD, Flux, Helm, ... */
      deployedBy: z.array(z.string()),
      /** Without what the API server keeps for itself; null when fields were asked for, or it is not there. */
      object: values.nullable(),
      /** All values that each path finds. */
      fields: z.record(z.string(), z.array(z.json())),
    }),
    summary: (i) => called(i.object),
  }),
  listObjects: read({
    description: 'Objects of any kind, custom resources among them, with some of their values by JSONPath.',
    as: 'kubectl get KIND -l SELECTOR -o custom-columns=...',
    rights: [{ in: 'namespace', object: ['list'] }],
    input: z.object({
      object: Kind.refine(notSecret, NO_SECRETS),
      selector: Selector.optional(),
      fields: Fields.default({}),
      limit: z.number().int().min(1).max(500).default(100),
    }),
    output: z.object({
      objects: z.array(
        z.object({
          namespace: z.string().nullable(),
          name: z.string(),
          uid: z.string(),
          created: Time,
          fields: z.record(z.string(), z.array(z.json())),
        }),
      ),
      truncated: Truncated,
    }),
    summary: ({ object: o, selector }) =>
      [o.group ? `${o.resource}.${o.group}` : o.resource, selector, o.namespace && `in ${o.namespace}`]
        .filter(Boolean)
        .join(' '),
  }),
  conditionMet: read({
    description:
      'Is a condition of an object met, or a value what it should be? As kubectl wait: a status of an older generation does not count.',
    as: 'kubectl wait KIND/NAME --for=condition=Ready',
    rights: [
      { in: 'namespace', object: ['get'] },
      { in: 'namespace', object: ['list', 'watch'], without: POLLS_WITHOUT },
    ],
    watches: ({ object: { group, resource, namespace, name } }) => [
      { resource: group ? `${resource}.${group}` : resource, namespace, name },
    ],
    input: z.object({ object: AnyObject.refine(notSecret, NO_SECRETS), for: Wait }),
    output: Verdict,
    summary: (i) => `is ${i.for} met by ${called(i.object)}`,
  }),
  patchObject: change({
    description:
      'Changes fields of an object of any kind; `null` takes one away, a list is replaced as a whole.',
    as: 'kubectl patch KIND NAME --type merge -p PATCH',
    rights: [{ in: 'namespace', object: ['get', 'patch'] }],
    risk: 'disruptive',
    input: z.object({ object: AnyObject.refine(notSecret, NO_SECRETS), patch: Patch }),
    output: Identity,
    preconditions: z.object({
      uid: z.string(),
      /** The fields as they were seen, by JSON pointer; `null`: not there. */
      present: values,
      /** The same fields as the API server will have them. */
      written: values,
    }),
    preimage: z.object({ uid: z.string(), present: values, written: values }),
    target: byObject,
    summary: (i) => `Patch ${called(i.object)}`,
  }),
  applyObject: change({
    description:
      'Makes an object of any kind what a manifest says, by server-side apply under its own field manager: makes it where it is not there, names who owns a field that it would change, and takes away what nightshift applied before and the manifest has no more.',
    as: 'kubectl apply --server-side -f MANIFEST',
    rights: [{ in: 'namespace', object: ['get', 'patch', 'create'] }],
    risk: 'disruptive',
    input: z.object({
      object: AnyObject.refine(notSecret, NO_SECRETS),
      /** Fields beside `apiVersion`, `kind` and the name, which may be left out. */
      manifest: z
        .record(z.string(), z.json())
        .refine((manifest) => !('status' in manifest), 'the status is its controller’s to write'),
      /** Take fields over that others own; the plan names them. */
      force: z.boolean().default(false),
    }),
    output: Identity.extend({ created: z.boolean() }),
    preconditions: z.object({
      /** Null: it was not there. */
      uid: z.string().nullable(),
      /** SHA-256 of the differences that the plan shows. */
      differences: z.string(),
    }),
    preimage: z.object({
      uid: z.string().nullable(),
      /** The merge patch that brings the fields back; null where it was not there, or a value looks like a secret. */
      restore: values.nullable(),
      present: values,
      written: values,
    }),
    target: byObject,
    summary: (i) => `Apply ${called(i.object)}`,
  }),
  deleteObject: change({
    description:
      'Deletes exactly this object of any kind, by UID; what it owns goes after it. The plan says what keeps it and what is lost with it.',
    as: 'kubectl delete KIND NAME --wait=false',
    rights: [{ in: 'namespace', object: ['get', 'delete'] }],
    risk: 'irreversible',
    input: z.object({
      object: AnyObject,
      /** Only where this operation made it (as the undo of an apply has it). */
      createdBy: z.string().optional(),
    }),
    output: z.object({ note: z.string() }),
    preconditions: z.object({
      /** Null where it is told by the operation that made it. */
      uid: z.string().nullable(),
      createdBy: z.string().nullable(),
    }),
    preimage: z.object({}),
    target: byObject,
    summary: (i) => `Delete ${called(i.object)}`,
  }),
};
