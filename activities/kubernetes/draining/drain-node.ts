import { implementChange, StepFailure } from '../../kit/index.ts';
import type { RawPod } from '../client/raw.ts';
import type { KubernetesClient } from '../clients.ts';
import { kubernetes } from '../contract.ts';
import { cordonedEarlier } from '../nodes/earlier-cordons.ts';
import { sameNode } from '../nodes/patch-cordon.ts';
import { controllerOf } from '../pods/lineage.ts';
import { drainWarnings } from './drain-warnings.ts';
import { identityOf, isTerminating, podName } from './drain-filters.ts';
import { evictPods } from './evict-pods.ts';
import { judgePods } from './judge-pods.ts';
import { lookAtNode, podsOn } from './look-at-node.ts';
import { mayEvict } from './may-evict.ts';
import { refusedDrain } from './refused-drain.ts';

export const drainNode = ({ api }: KubernetesClient) =>
  implementChange(kubernetes.drainNode, {
    async plan(input, context) {
      const seen = await lookAtNode(api, input, context);
      if (!seen.node.spec?.unschedulable && !cordonedEarlier(context.earlier).has(input.node)) {
        throw new StepFailure('conflict', `${input.node} takes new pods: a drain would only refill it`, {
          next: 'Put kubernetes.cordonNode into the same plan, before the drain.',
        });
      }
      const refused = refusedDrain(input.node, seen.filtered);
      if (refused) throw refused;
      const pods = seen.filtered.filter((f) => f.verdict === 'evict').map((f) => f.pod);
      const moving = pods.filter((pod) => !isTerminating(pod));
      await mayEvict(api, moving, context);
      return {
        diff: moving.map((pod) => ({
          path: `pod/${podName(pod)}`,
          before: { uid: identityOf(pod).uid, owner: ownerText(pod) },
          after: null,
        })),
        preconditions: {
          nodeUid: seen.node.metadata?.uid ?? '',
          pods: pods.map(identityOf),
        },
        preimage: {},
        dryRun: 'server',
        ...(seen.filtered.some((f) => f.forGood && !isTerminating(f.pod)) && {
          risk: 'irreversible' as const,
        }),
        warnings: drainWarnings(seen),
      };
    },

    async apply({ node: name, withinSeconds, ...allowances }, { nodeUid, pods }, context) {
      const node = await sameNode(api, { node: name, uid: nodeUid }, context);
      if (!node.spec?.unschedulable) {
        throw new StepFailure('conflict', `${name} takes new pods again: somebody uncordoned it`, {
          next: 'Ask who did and why; a drain needs the node cordoned.',
        });
      }
      const approved = new Set(pods.map((p) => p.uid));
      const present = async () =>
        (await podsOn(api, name, context)).filter((p) => approved.has(p.metadata?.uid ?? ''));
      const [here, { items: budgets }] = await Promise.all([
        podsOn(api, name, context),
        api.list('poddisruptionbudgets', {}, context),
      ]);
      const now = here.filter((p) => approved.has(p.metadata?.uid ?? ''));
      if (now.length === 0) {
        return { outcome: 'already-satisfied' as const, output: { node: name, gone: pods.length, left: [] } };
      }
      // All pods of the node, not only those of the plan: one that has come since may be one that stops a drain.
      const staying = here.filter((pod) => !isTerminating(pod));
      const refused = refusedDrain(name, await judgePods(api, staying, { ...allowances, budgets }, context));
      if (refused) throw refused;
      const until = new Date(
        Math.min(Date.now() + withinSeconds * 1_000, context.deadline.getTime() - 5_000),
      );
      const { evicted, left } = await evictPods(
        api,
        { present, budgets, until, tell: context.heartbeat, whyWait: context.whyWait },
        context,
      );
      if (evicted === 0 && left.length === now.length && !now.every(isTerminating)) {
        const blocked = left.map((l) => `${l.namespace}/${l.name} (${l.why})`).join(', ');
        throw new StepFailure('refused', `No pod of ${name} could be evicted: ${blocked}`, {
          next: 'Look at what keeps them; trying again goes on where this stopped.',
        });
      }
      const output = { node: name, gone: pods.length - left.length, left: [...left] };
      return { outcome: 'applied' as const, output };
    },

    async probe({ node }, { pods }, context) {
      const approved = new Set(pods.map((p) => p.uid));
      const present = (await podsOn(api, node, context)).filter((p) => approved.has(p.metadata?.uid ?? ''));
      const untouched = present.filter((pod) => !isTerminating(pod));
      if (pods.length > 0 && untouched.length === pods.length) return { state: 'not-applied' };
      const left = present.map((pod) => ({
        ...identityOf(pod),
        why: isTerminating(pod) ? 'it is being deleted' : 'it was not evicted when this was cut short',
      }));
      return { state: 'applied', output: { node, gone: pods.length - left.length, left } };
    },
  });

const ownerText = (pod: RawPod): string => {
  const owner = controllerOf(pod);
  return owner ? `${owner.kind}/${owner.name}` : 'nobody';
};
