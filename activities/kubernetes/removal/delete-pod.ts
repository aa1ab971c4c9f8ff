import { implementChange, StepFailure, type PlanContext } from '../../kit/index.ts';
import { uncontended } from '../changes/uncontended.ts';
import { hasStatus } from '../client/failure.ts';
import type { RawPod } from '../client/raw.ts';
import type { KubernetesClient } from '../clients.ts';
import type { ObjectRef, PodRef } from '../contract/identity.ts';
import { kubernetes } from '../contract.ts';
import { cordonedEarlier } from '../nodes/earlier-cordons.ts';
import { roomForPod } from '../nodes/room-for-pod.ts';
import { summariseAlone } from '../pods/read-pods.ts';
import { oncePerPlan } from './once-per-plan.ts';
import { podWarnings } from './pod-warnings.ts';

export const deletePod = ({ api }: KubernetesClient) => {
  return implementChange(kubernetes.deletePod, {
    async plan({ pod: ref, evenIfHealthy }, context) {
      const { namespace, name } = ref;
      const pod = await api.find('pods', { namespace, name }, context);
      if (!pod) return planForGone(ref);
      const summary = summariseAlone(pod);
      const { uid, node, owner, templateHash, images } = summary;
      if (ref.uid !== undefined && ref.uid !== uid) throw replaced(ref, uid);
      const sick = summary.condition === 'sick' || summary.condition === 'finished';
      const found = {
        preconditions: { uid, node, owner, sick },
        preimage: { namespace, name, uid, node, owner, templateHash, images },
      };
      const nothing = (why: string) => ({ diff: [], ...found, dryRun: 'none' as const, warnings: [why] });
      if (summary.condition === 'terminating')
        return nothing(`${name} is being deleted already: nothing changes`);
      if (!sick && !evenIfHealthy) {
        return nothing(
          `${name} is ${summary.condition}, not sick: it is left alone (evenIfHealthy deletes it all the same)`,
        );
      }
      await api.remove('pods', { namespace, name, uid, dryRun: true }, context);
      return {
        diff: [
          {
            path: `pod/${namespace}/${name}`,
            before: { uid, node, owner: ownerText(owner), images },
            after: null,
          },
        ],
        ...found,
        dryRun: 'server' as const,
        ...(owner === null && { risk: 'irreversible' as const }),
        warnings: podWarnings({ pod, summary, ...(await surroundings(pod, context)) }),
      };
    },

    apply: ({ pod: { namespace, name }, evenIfHealthy }, expected, context) =>
      uncontended(context, async () => {
        const { uid } = expected;
        const output = (note: string) => ({ namespace, name, uid, note });
        const pod = await api.find('pods', { namespace, name }, context);
        if (!pod) return { outcome: 'already-satisfied' as const, output: output('it was gone already') };
        if (pod.metadata?.uid !== uid) throw replaced({ namespace, name, uid }, pod.metadata?.uid);
        const now = summariseAlone(pod);
        if (now.condition === 'terminating') {
          return { outcome: 'already-satisfied' as const, output: output('it was being deleted already') };
        }
        if (!evenIfHealthy && (!expected.sick || now.condition === 'healthy')) {
          return {
            outcome: 'not-needed' as const,
            output: output(`it is ${now.condition} now (${now.because})`),
          };
        }
        if (now.node !== expected.node || now.owner?.uid !== expected.owner?.uid) {
          throw new StepFailure(
            'conflict',
            `Pod ${namespace}/${name} has another node or owner than when this was planned`,
            {
              facts: { node: now.node, owner: ownerText(now.owner) },
            },
          );
        }
        const { resourceVersion } = pod.metadata;
        try {
          await api.remove('pods', { namespace, name, uid, resourceVersion }, context);
        } catch (error) {
          if (!hasStatus(error, 404)) throw error;
          return { outcome: 'already-satisfied' as const, output: output('it was gone already') };
        }
        return {
          outcome: 'applied' as const,
          output: output(`deleted while ${now.condition}: ${now.because}`),
        };
      }),

    async probe({ pod: { namespace, name } }, { uid }, context) {
      const pod = await api.find('pods', { namespace, name }, context);
      if (pod?.metadata?.uid === uid && !pod.metadata.deletionTimestamp) return { state: 'not-applied' };
      const note = pod?.metadata?.uid === uid ? 'it is being deleted' : 'it is gone';
      return { state: 'applied', output: { namespace, name, uid, note } };
    },
  });

  async function surroundings(pod: RawPod, context: PlanContext) {
    const { namespace } = pod.metadata ?? {};
    const [nodes, budgets, room] = await Promise.all([
      oncePerPlan(context, 'nodes', () => api.list('nodes', {}, context)),
      oncePerPlan(context, `budgets of ${namespace}`, () =>
        unlessRefused(api.list('poddisruptionbudgets', { namespace }, context)),
      ),
      oncePerPlan(context, 'pods', () =>
        unlessRefused(api.list('pods', { fieldSelector: RUNNING, atMost: MANY }, context)),
      ),
    ]);
    const without = new Set(cordonedEarlier(context.earlier).keys());
    return {
      nodes: nodes.items,
      budgets: budgets?.items,
      room:
        room && !room.more ? roomForPod({ pod, nodes: nodes.items, pods: room.items, without }) : undefined,
    };
  }
};

const RUNNING = 'status.phase!=Succeeded,status.phase!=Failed';
const MANY = 10_000;

/** Advice may be missing where it is not allowed to look; the plan says so. */
async function unlessRefused<T>(listing: Promise<T>): Promise<T | undefined> {
  try {
    return await listing;
  } catch (error) {
    if (error instanceof StepFailure && error.kind === 'refused') return undefined;
    throw error;
  }
}

function planForGone({ namespace, name, uid }: PodRef) {
  if (uid === undefined) {
    throw new StepFailure('invalid', `There is no pod ${namespace}/${name}`, {
      next: 'List the pods again.',
    });
  }
  const before = { uid, node: null, owner: null };
  return {
    diff: [],
    preconditions: { ...before, sick: true },
    preimage: { namespace, name, ...before, templateHash: null, images: [] },
    dryRun: 'none' as const,
    warnings: [`${name} is gone already: nothing changes`],
  };
}

function replaced({ namespace, name, uid }: PodRef, found: string | undefined) {
  return new StepFailure('conflict', `Pod ${namespace}/${name} was replaced: another one has its name now`, {
    next: 'Look at the new pod; the one that was meant is gone.',
    facts: { expected: uid ?? '', found: found ?? '' },
  });
}

const ownerText = (owner: ObjectRef | null) => owner && `${owner.kind}/${owner.name}`;
