/**
 * A change of a workload's pod template: what is planned is a whole template, named by its hash, so that the write, the
 * probe and the undo all compare one value. The write replaces the template at the version that was read, and only while
 * it is the template that was approved; scaling and status in between do not matter.
 *
 * It is a JSON patch, as `kubectl set` sends a patch, and no server-side apply. An apply says everything that its manager
 * wants of the object: the next one, of another field, would take back what the one before set. It takes away only what
 * is the manager's own, so that "no limit" and the undo of a first limit would need a value of nightshift's first. And
 * almost every field has an owner, so that it would have to be forced each time. What an apply would have told, whose the
 * fields are, the dry run of the patch tells as well: the plan names them, and an undo hands the fields back to them.
 */
import {
  StepFailure,
  type ApplyContext,
  type Applied,
  type PlanContext,
  type Planned,
  type Probed,
} from '../../../kit/index.ts';
import { ownersBefore } from '../../changes/field-owners.ts';
import { semanticDiff } from '../../changes/semantic-diff.ts';
import { uncontended } from '../../changes/uncontended.ts';
import type { ApiClient } from '../../client/client.ts';
import type { Limits } from '../../client/http.ts';
import type { FieldOwner } from '../../contract/field-owner.ts';
import type { WorkloadKind, WorkloadRef } from '../../contract/identity.ts';
import { mayBeReverted } from '../deployed-by.ts';
import { findWorkload, type Workload } from '../read-workload.ts';
import { templateId } from '../revisions.ts';
import { handBack } from './hand-back.ts';
import { replacementWords } from './replacement-words.ts';

export type Template = NonNullable<NonNullable<Workload['object']['spec']>['template']>;

export interface TemplatePreconditions {
  readonly uid: string;
  readonly template: string;
  readonly written: string;
  readonly paused: false;
  /** For an undo: who gets the fields back. */
  readonly handBack?: FieldOwner[] | undefined;
}
/** What every pre-image of such a change has. */
interface Identity {
  uid: string;
  template: string;
  written: string;
  /** Whose the fields were that it takes. */
  owners?: FieldOwner[] | undefined;
}
interface Written {
  readonly workload: { kind: string; name: string; uid: string };
  readonly generation: number;
  readonly template: string;
}

const RESOURCE = {
  Deployment: 'deployments',
  StatefulSet: 'statefulsets',
  DaemonSet: 'daemonsets',
} as const satisfies Record<WorkloadKind, string>;

/** `edit` answers the wanted template; it may change the copy that it is handed. */
export type Edit = (copy: Template) => Template;

export async function planTemplate<S>(
  api: ApiClient,
  o: {
    readonly ref: WorkloadRef;
    readonly edit: Edit;
    readonly preimage: (before: Template, identity: Identity) => S;
  },
  context: PlanContext,
): Promise<Planned<TemplatePreconditions, S>> {
  const { ref, edit } = o;
  const [before, after] = await uncontended(context, async () => {
    const now = await present(api, ref, context);
    assertNotPaused(now, ref);
    const wanted = edit(structuredClone(templateOf(now)));
    if (templateId(wanted) === templateId(templateOf(now))) return [now, now] as const;
    return [now, await write(api, { ref, now, template: wanted, dryRun: true }, context)] as const;
  });
  const identity = {
    uid: uidOf(before),
    template: templateId(templateOf(before)),
    written: templateId(templateOf(after)),
  };
  const owners = ownersBefore(before.object, after.object);
  // An undo that is planned anew: by now the fields are nightshift's, and only what was foreseen says whose they were.
  const foreseen = context.foreseen as TemplatePreconditions | undefined;
  const back = foreseen?.uid === identity.uid ? foreseen.handBack : undefined;
  const found = {
    preconditions: { ...identity, paused: false as const, ...(back && { handBack: back }) },
    preimage: o.preimage(templateOf(before), { ...identity, owners }),
  };
  if (identity.template === identity.written) {
    return {
      diff: [],
      ...found,
      dryRun: 'none',
      warnings: [`${ref.name} asks for this already: nothing changes`],
    };
  }
  return {
    diff: semanticDiff(before.object, after.object),
    ...found,
    dryRun: 'server',
    warnings: [replacementWords(before), ...mayBeReverted(before.object, after.object)],
  };
}

export function applyTemplate(
  api: ApiClient,
  o: { readonly ref: WorkloadRef; readonly edit: Edit; readonly expected: TemplatePreconditions },
  context: ApplyContext,
): Promise<Applied<Written>> {
  const { ref, edit, expected } = o;
  return uncontended(context, async () => {
    const now = await present(api, ref, context);
    if (uidOf(now) !== expected.uid) throw replaced(ref);
    const id = templateId(templateOf(now));
    if (id === expected.written)
      return { outcome: 'already-satisfied' as const, output: writtenOf(now, ref) };
    if (id !== expected.template) throw edited(ref);
    assertNotPaused(now, ref);
    const template = edit(structuredClone(templateOf(now)));
    const written = await write(api, { ref, now, template }, context);
    if (expected.handBack) {
      const { namespace, name } = ref;
      const after = { resource: RESOURCE[ref.kind], written: written.object, owners: expected.handBack };
      await handBack(api, { namespace, name, ...after }, context);
    }
    return { outcome: 'applied' as const, output: writtenOf(written, ref) };
  });
}

/** The preconditions of the undo of such a change: while its template stands. */
export const whileWritten = ({ uid, template, written, owners }: Identity) => ({
  uid,
  template: written,
  written: template,
  paused: false as const,
  ...(owners?.length && { handBack: owners }),
});

export async function probeTemplate(
  api: ApiClient,
  o: { readonly ref: WorkloadRef; readonly expected: TemplatePreconditions },
  limits: Limits,
): Promise<Probed<Written>> {
  const { ref, expected } = o;
  const now = await findWorkload(api, ref, limits);
  if (!now || uidOf(now) !== expected.uid) return { state: 'not-applied' };
  const id = templateId(templateOf(now));
  if (id === expected.written) return { state: 'applied', output: writtenOf(now, ref) };
  if (id === expected.template) return { state: 'not-applied' };
  return { state: 'unknown', reason: `${ref.name} asks for a third template now: somebody changed it since` };
}

async function present(api: ApiClient, ref: WorkloadRef, limits: Limits): Promise<Workload> {
  const workload = await findWorkload(api, ref, limits);
  if (workload) return workload;
  throw new StepFailure('conflict', `There is no ${ref.kind} ${ref.namespace}/${ref.name}`, {
    next: 'Check the name.',
  });
}

async function write(
  api: ApiClient,
  o: {
    readonly ref: WorkloadRef;
    readonly now: Workload;
    readonly template: Template;
    readonly dryRun?: boolean;
  },
  limits: Limits,
): Promise<Workload> {
  const { metadata } = o.now.object;
  const patch = [
    { op: 'replace', path: '/metadata/uid', value: metadata?.uid },
    { op: 'replace', path: '/metadata/resourceVersion', value: metadata?.resourceVersion },
    { op: 'replace', path: '/spec/template', value: o.template },
  ];
  const { namespace, name, kind } = o.ref;
  const object = await api.patch(
    RESOURCE[kind],
    { namespace, name, patch, type: 'json-patch', dryRun: o.dryRun ?? false },
    limits,
  );
  return { kind, object } as Workload;
}

function assertNotPaused({ kind, object }: Workload, { namespace, name }: WorkloadRef): void {
  if (kind !== 'Deployment' || !object.spec?.paused) return;
  throw new StepFailure(
    'conflict',
    `Deployment ${namespace}/${name} is paused: a change would not be rolled out`,
    {
      next: `Resume it first: kubectl rollout resume deployment/${name} -n ${namespace}`,
    },
  );
}

const replaced = ({ kind, namespace, name }: WorkloadRef) =>
  new StepFailure('conflict', `${kind} ${namespace}/${name} was replaced: another one has its name now`);
const edited = ({ namespace, name }: WorkloadRef) =>
  new StepFailure('conflict', `The template of ${namespace}/${name} was changed since this was planned`, {
    next: 'Look at what changed; the plan is made again from the present template.',
  });

const uidOf = ({ object }: Workload) => object.metadata?.uid ?? '';
const templateOf = ({ object }: Workload): Template => object.spec?.template ?? {};
const writtenOf = (workload: Workload, { kind, name }: WorkloadRef): Written => ({
  workload: { kind, name, uid: uidOf(workload) },
  generation: workload.object.metadata?.generation ?? 0,
  template: templateId(templateOf(workload)),
});
