import { z } from 'zod';
import { change } from '../../kit/index.ts';
import { LARGEST_VALUE } from './configuration.ts';
import { FieldOwner } from './field-owner.ts';
import { ObjectRef, WorkloadRef } from './identity.ts';
import { CHANGING_WORKLOAD } from './workload-rights.ts';

const ContainerName = z.string().min(1).max(63);

/** A quantity as manifests have it: `500m`, `256Mi`. `null` takes the field away. */
const Quantity = z
  .string()
  .regex(/^\d+(\.\d+)?(m|k|M|G|T|Ki|Mi|Gi|Ti)?$/, 'write it as in a manifest: 500m, 256Mi')
  .nullable();
const Amounts = z.object({ cpu: Quantity.optional(), memory: Quantity.optional() });

/** By name; `null` takes one away. Those that are not named stay as they are. */
const Variables = z
  .record(
    z.string().regex(/^[-._a-zA-Z][-._a-zA-Z0-9]*$/, 'must be the name of an environment variable'),
    z.string().max(LARGEST_VALUE).nullable(),
  )
  .refine((env) => Object.keys(env).length > 0, 'name at least one variable');

/** What every change of a workload's template rests on. Hashes are SHA-256 over the whole template. */
const preconditions = z.object({
  uid: z.string(),
  /** The template as it was seen. */
  template: z.string(),
  /** The template as this change writes it. */
  written: z.string(),
  /** A paused Deployment would take the change and not roll it out. */
  paused: z.literal(false),
  /** For an undo: who gets the fields back that it writes. */
  handBack: z.array(FieldOwner).optional(),
});

/** What every pre-image has: for an undo, the template that it comes back to and the one that it takes away. */
const identity = {
  uid: z.string(),
  template: z.string(),
  written: z.string(),
  /** Whose the fields were that the change takes, as the API server remembers it. */
  owners: z.array(FieldOwner).optional(),
};

const output = z.object({ workload: ObjectRef, generation: z.number().int(), template: z.string() });

const target = (i: { namespace: string; kind: string; name: string }) =>
  `${i.kind.toLowerCase()}/${i.namespace}/${i.name}`;

const takesAway = ({ namespace, kind, name }: z.output<typeof WorkloadRef>) => ({
  workload: { namespace, kind, name },
});

const InContainer = WorkloadRef.extend({ container: ContainerName });

export const templateChanges = {
  setResources: change({
    description: 'Sets requests and limits of one container in the template; its pods are replaced.',
    as: 'kubectl set resources deployment/NAME -c CONTAINER --limits memory=256Mi',
    rights: CHANGING_WORKLOAD,
    risk: 'disruptive',
    input: InContainer.extend({ limits: Amounts.default({}), requests: Amounts.default({}) }),
    output,
    preconditions,
    preimage: z.object({ ...identity, limits: Amounts, requests: Amounts }),
    takesAway,
    target,
    summary: (i) =>
      `Set ${[...amounts('limit', i.limits), ...amounts('request', i.requests)].join(', ')} of ${i.name}/${i.container}`,
  }),
  setImage: change({
    description: 'Sets the image of one container in the template; its pods are replaced.',
    as: 'kubectl set image deployment/NAME CONTAINER=IMAGE',
    rights: CHANGING_WORKLOAD,
    risk: 'disruptive',
    input: InContainer.extend({ image: z.string().min(1).max(512).regex(/^\S+$/, 'must be an image name') }),
    output,
    preconditions,
    preimage: z.object({ ...identity, image: z.string() }),
    takesAway,
    target,
    summary: (i) => `Set the image of ${i.name}/${i.container} to ${i.image}`,
  }),
  setEnv: change({
    description:
      'Sets plain environment variables of one container in the template; its pods are replaced. Never a secret, nor one that takes its value from a ConfigMap or Secret.',
    as: 'kubectl set env deployment/NAME -c CONTAINER KEY=VALUE OTHER-',
    rights: CHANGING_WORKLOAD,
    risk: 'disruptive',
    input: InContainer.extend({ env: Variables }),
    output,
    preconditions,
    preimage: z.object({
      ...identity,
      env: Variables,
      /** Setting these again makes the very template of before: without that there is no undo. */
      exact: z.boolean(),
    }),
    takesAway,
    target,
    summary: (i) => `Set ${variables(i.env)} of ${i.name}/${i.container}`,
  }),
  rolloutRestart: change({
    description: 'Replaces all pods of a workload by its own strategy, as a rollout does.',
    as: 'kubectl rollout restart deployment/NAME',
    rights: CHANGING_WORKLOAD,
    risk: 'disruptive',
    input: WorkloadRef,
    output,
    preconditions,
    preimage: z.object({ uid: z.string() }),
    takesAway,
    target,
    summary: (i) => `Restart ${i.kind} ${i.namespace}/${i.name}`,
  }),
};

function amounts(what: string, of: z.output<typeof Amounts>): string[] {
  return Object.entries(of).map(([name, value]) => `${name} ${what} ${value ?? '(none)'}`);
}

/** As kubectl takes them: `LOG_LEVEL=debug`, `DEBUG-`. */
function variables(env: z.output<typeof Variables>): string {
  return Object.entries(env)
    .map(([name, value]) => (value === null ? `${name}-` : `${name}=${value.slice(0, 80)}`))
    .join(', ');
}
