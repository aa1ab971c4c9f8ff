import { implementChange, StepFailure, type CallContext } from '../../kit/index.ts';
import { semanticDiff } from '../changes/semantic-diff.ts';
import { uncontended } from '../changes/uncontended.ts';
import type { RawDeployment, RawReplicaSet } from '../client/raw.ts';
import type { KubernetesClient } from '../clients.ts';
import { kubernetes } from '../contract.ts';
import { revisionOf } from '../pods/lineage.ts';
import { mayBeReverted } from './deployed-by.ts';
import { controlledBy, presentReplicaSet, templateHashOf, templateId, withoutHash } from './revisions.ts';

const CHANGE_CAUSE = 'kubernetes.io/change-cause';

interface Target {
  readonly namespace: string;
  readonly deployment: string;
}

export const rolloutUndo = ({ api }: KubernetesClient) => {
  return implementChange(kubernetes.rolloutUndo, {
    async plan(input, context) {
      const { deployment, sets } = await read(input, context);
      assertNotPaused(deployment, input);
      const goal = sets.find((s) => revisionOf(s) === input.toRevision);
      if (!goal) throw noRevision(input.toRevision, sets);
      if (templateHashOf(goal) !== input.templateHash) {
        throw new StepFailure(
          'conflict',
          `Revision ${input.toRevision} of ${input.deployment} is ${templateHashOf(goal)} now, not ${input.templateHash}`,
          { next: 'Read the rollout history again.' },
        );
      }
      const present = presentReplicaSet(deployment, sets);
      const identity = {
        uid: uidOf(deployment),
        template: templateId(deployment.spec?.template),
        paused: false as const,
      };
      const preconditions = { ...identity, replicaSet: referenceOf(goal) };
      const preimage = (written: string) => ({
        namespace: input.namespace,
        deployment: input.deployment,
        uid: identity.uid,
        revision: revisionOf(present) ?? null,
        templateHash: present ? templateHashOf(present) : null,
        replicaSet: present ? { name: present.metadata?.name ?? '', uid: uidOf(present) } : null,
        written,
      });
      if (templateId(goal.spec?.template) === identity.template) {
        const warnings = [
          `${input.deployment} asks for revision ${input.toRevision} already: nothing changes`,
        ];
        return {
          diff: [],
          preconditions,
          preimage: preimage(identity.template),
          dryRun: 'none' as const,
          warnings,
        };
      }
      const [before, after] = await uncontended(context, async () => {
        const now = await sameDeployment(input, preconditions, context);
        return [now, await write(input, now, goal, context, { dryRun: true })] as const;
      });
      return {
        diff: semanticDiff(before, after),
        preconditions,
        preimage: preimage(templateId(after.spec?.template)),
        dryRun: 'server' as const,
        warnings: [
          `All ${deployment.spec?.replicas ?? 1} pods of ${input.deployment} are replaced, by ${deployment.spec?.strategy?.type ?? 'RollingUpdate'}`,
          ...mayBeReverted(before, after),
        ],
      };
    },

    apply: (input, expected, context) =>
      uncontended(context, async () => {
        const { deployment, sets } = await read(input, context);
        if (uidOf(deployment) !== expected.uid) throw replaced(input);
        assertNotPaused(deployment, input);
        const goal = sets.find((s) => uidOf(s) === expected.replicaSet.uid);
        if (!goal || templateHashOf(goal) !== expected.replicaSet.templateHash) {
          throw new StepFailure(
            'conflict',
            `ReplicaSet ${expected.replicaSet.name} is gone: there is nothing to roll back to`,
          );
        }
        const output = (d: RawDeployment) => ({
          deployment: { kind: 'Deployment', name: input.deployment, uid: expected.uid },
          generation: d.metadata?.generation ?? 0,
          templateHash: expected.replicaSet.templateHash,
        });
        const present = templateId(deployment.spec?.template);
        if (present === templateId(goal.spec?.template)) {
          return { outcome: 'already-satisfied' as const, output: output(deployment) };
        }
        if (present !== expected.template) throw edited(input);
        return { outcome: 'applied' as const, output: output(await write(input, deployment, goal, context)) };
      }),

    async probe(input, expected, context) {
      const { deployment, sets } = await read(input, context);
      const goal = sets.find((s) => uidOf(s) === expected.replicaSet.uid);
      if (uidOf(deployment) !== expected.uid) return { state: 'not-applied' };
      if (!goal) return { state: 'unknown', reason: `ReplicaSet ${expected.replicaSet.name} is gone` };
      const present = templateId(deployment.spec?.template);
      if (present === templateId(goal.spec?.template)) {
        return {
          state: 'applied',
          output: {
            deployment: { kind: 'Deployment', name: input.deployment, uid: expected.uid },
            generation: deployment.metadata?.generation ?? 0,
            templateHash: expected.replicaSet.templateHash,
          },
        };
      }
      return present === expected.template
        ? { state: 'not-applied' }
        : {
            state: 'unknown',
            reason: `${input.deployment} asks for a third template now: somebody changed it since`,
          };
    },

    undo(preimage, { input }) {
      const { revision, templateHash, replicaSet } = preimage;
      if (revision === null || templateHash === null || !replicaSet) return undefined;
      if (revision === input.toRevision) return undefined;
      return {
        change: kubernetes.rolloutUndo({
          namespace: preimage.namespace,
          deployment: preimage.deployment,
          toRevision: revision,
          templateHash,
        }),
        preconditions: {
          uid: preimage.uid,
          template: preimage.written,
          paused: false,
          replicaSet: { ...replicaSet, templateHash },
        },
        diff: [{ path: 'spec.template', before: input.templateHash, after: templateHash }],
      };
    },
  });

  async function read({ namespace, deployment: name }: Target, context: CallContext) {
    const [deployment, sets] = await Promise.all([
      api.find('deployments', { namespace, name }, context),
      api.list('replicasets', { namespace }, context),
    ]);
    if (!deployment) {
      throw new StepFailure('conflict', `There is no Deployment ${namespace}/${name}`, {
        next: 'Check the name.',
      });
    }
    return { deployment, sets: controlledBy(deployment, sets.items) };
  }

  async function sameDeployment(
    target: Target,
    expected: { uid: string; template: string },
    context: CallContext,
  ) {
    const { deployment } = await read(target, context);
    if (uidOf(deployment) !== expected.uid) throw replaced(target);
    if (templateId(deployment.spec?.template) !== expected.template) throw edited(target);
    return deployment;
  }

  /** As kubectl does: the revision's template less the controller's own label, and its change cause. */
  function write(
    { namespace, deployment: name }: Target,
    now: RawDeployment,
    goal: RawReplicaSet,
    context: CallContext,
    { dryRun = false } = {},
  ) {
    const cause = goal.metadata?.annotations?.[CHANGE_CAUSE];
    const annotations = { ...now.metadata?.annotations };
    delete annotations[CHANGE_CAUSE];
    const patch = [
      { op: 'replace', path: '/metadata/uid', value: now.metadata?.uid },
      { op: 'replace', path: '/metadata/resourceVersion', value: now.metadata?.resourceVersion },
      { op: 'replace', path: '/spec/template', value: withoutHash(goal.spec?.template) },
      {
        op: 'add',
        path: '/metadata/annotations',
        value: { ...annotations, ...(cause && { [CHANGE_CAUSE]: cause }) },
      },
    ];
    return api.patch('deployments', { namespace, name, patch, type: 'json-patch', dryRun }, context);
  }
};

function assertNotPaused(deployment: RawDeployment, { namespace, deployment: name }: Target): void {
  if (!deployment.spec?.paused) return;
  throw new StepFailure('conflict', `Deployment ${namespace}/${name} is paused: it cannot be rolled back`, {
    next: `Resume it first: kubectl rollout resume deployment/${name} -n ${namespace}`,
  });
}

function noRevision(revision: number, sets: readonly RawReplicaSet[]) {
  const known = sets.flatMap((s) => revisionOf(s) ?? []).sort((a, b) => a - b);
  return new StepFailure('invalid', `There is no revision ${revision}`, {
    next: `There are ${known.join(', ') || 'none'}.`,
  });
}

const replaced = ({ namespace, deployment }: Target) =>
  new StepFailure(
    'conflict',
    `Deployment ${namespace}/${deployment} was replaced: another one has its name now`,
  );
const edited = ({ namespace, deployment }: Target) =>
  new StepFailure(
    'conflict',
    `The template of ${namespace}/${deployment} was changed since this was planned`,
    {
      next: 'Read the rollout history again.',
    },
  );
const uidOf = (object: { metadata?: RawDeployment['metadata'] }) => object.metadata?.uid ?? '';
const referenceOf = (set: RawReplicaSet) => ({
  name: set.metadata?.name ?? '',
  uid: uidOf(set),
  templateHash: templateHashOf(set) ?? '',
});
