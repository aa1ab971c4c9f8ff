import { implementChange, StepFailure } from '../../kit/index.ts';
import type { KubernetesClient } from '../clients.ts';
import { kubernetes } from '../contract.ts';
import { evictPods } from '../draining/evict-pods.ts';
import { identityOf, isTerminating } from '../draining/drain-filters.ts';
import { mayEvict } from '../draining/may-evict.ts';
import { aroundPod, unlessRefused } from './around-pod.ts';
import { budgetsAsked } from './budget-warnings.ts';
import {
  goneAlready,
  mustBeAsPlanned,
  ownerText,
  podMeant,
  probeRemoved,
  standingPod,
} from './pod-to-remove.ts';
import { podWarnings } from './pod-warnings.ts';
import { refusedEviction } from './refused-eviction.ts';

export const evictPod = ({ api }: KubernetesClient) =>
  implementChange(kubernetes.evictPod, {
    async plan({ pod: ref, withinSeconds }, context) {
      const { namespace, name } = ref;
      const pod = await api.find('pods', { namespace, name }, context);
      const nothing = { diff: [], preimage: {}, dryRun: 'none' as const };
      if (!pod) {
        const warnings = [`${name} is gone already: nothing changes`];
        return { ...nothing, preconditions: goneAlready(ref), warnings };
      }
      const summary = podMeant(ref, pod);
      const { uid, node, owner, images } = summary;
      const preconditions = { uid, node, owner };
      if (summary.condition === 'terminating') {
        const warnings = [`${name} is being deleted already: nothing changes`];
        return { ...nothing, preconditions, warnings };
      }
      const { budgets, ...around } = await aroundPod(api, pod, context);
      const refused = refusedEviction(pod, budgets ?? []);
      if (refused) throw refused;
      await mayEvict(api, [pod], context);
      const ofBudgets = budgetsAsked({ pod, budgets, withinSeconds });
      return {
        diff: [
          {
            path: `pod/${namespace}/${name}`,
            before: { uid, node, owner: ownerText(owner), images },
            after: null,
          },
        ],
        preconditions,
        preimage: {},
        dryRun: 'server' as const,
        ...(owner === null && { risk: 'irreversible' as const }),
        warnings: podWarnings({ pod, summary, ...around, ofBudgets }),
      };
    },

    async apply({ pod: { namespace, name }, withinSeconds }, expected, context) {
      const { uid } = expected;
      const output = (note: string) => ({ namespace, name, uid, note });
      const [seen, budgets] = await Promise.all([
        standingPod(api, { namespace, name, uid }, context),
        unlessRefused(api.list('poddisruptionbudgets', { namespace }, context)),
      ]);
      if ('going' in seen) return { outcome: 'already-satisfied', output: output(seen.going) };
      const { pod, now } = seen;
      mustBeAsPlanned(now, expected);
      const refused = refusedEviction(pod, budgets?.items ?? []);
      if (refused) throw refused;

      const present = async (evicted: ReadonlySet<string>) => {
        // It is on its way: that it is gone is not waited for.
        if (evicted.has(uid)) return [];
        // A look that fails tells nothing new. The eviction names its UID, so it may be asked for again.
        const there = await api.find('pods', { namespace, name }, context).catch((error: unknown) => {
          if (error instanceof StepFailure && error.kind === 'retryable') return pod;
          throw error;
        });
        return there && identityOf(there).uid === uid && !isTerminating(there) ? [there] : [];
      };
      const until = new Date(
        Math.min(Date.now() + withinSeconds * 1_000, context.deadline.getTime() - 5_000),
      );
      const { evicted, left, unanswered } = await evictPods(
        api,
        { present, budgets: budgets?.items ?? [], until, tell: () => context.heartbeat() },
        context,
      );
      if (evicted > 0) {
        return { outcome: 'applied', output: output(`evicted while ${now.condition}: ${now.because}`) };
      }
      const [still] = left;
      if (still) throw notEvicted({ ...still, withinSeconds, isUnknown: unanswered.length > 0 });
      return unanswered.length > 0
        ? { outcome: 'applied', output: output('it goes; the answer to its eviction was lost') }
        : { outcome: 'already-satisfied', output: output('somebody else deleted it meanwhile') };
    },

    probe: ({ pod: { namespace, name } }, { uid }, context) =>
      probeRemoved(api, { namespace, name, uid }, context),
  });

function notEvicted(o: {
  readonly namespace: string;
  readonly name: string;
  readonly why: string;
  readonly withinSeconds: number;
  readonly isUnknown: boolean;
}): StepFailure {
  const { namespace, name, why, withinSeconds, isUnknown } = o;
  const pod = `${namespace}/${name}`;
  if (isUnknown) {
    return new StepFailure('unknown-outcome', `It is not known whether pod ${pod} was evicted: ${why}`);
  }
  return new StepFailure('refused', `Pod ${pod} was not evicted within ${withinSeconds} s: ${why}`, {
    next: 'Look at what keeps it; trying again asks once more for as long. A delete (kubernetes.deletePod) asks no disruption budget.',
  });
}
