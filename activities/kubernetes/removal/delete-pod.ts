import { implementChange } from '../../kit/index.ts';
import { uncontended } from '../changes/uncontended.ts';
import { hasStatus } from '../client/failure.ts';
import type { KubernetesClient } from '../clients.ts';
import type { PodRef } from '../contract/identity.ts';
import { kubernetes } from '../contract.ts';
import { aroundPod } from './around-pod.ts';
import { budgetsPassedOver } from './budget-warnings.ts';
import {
  goneAlready,
  mustBeAsPlanned,
  ownerText,
  podMeant,
  probeRemoved,
  standingPod,
} from './pod-to-remove.ts';
import { podWarnings } from './pod-warnings.ts';

export const deletePod = ({ api }: KubernetesClient) =>
  implementChange(kubernetes.deletePod, {
    async plan({ pod: ref, evenIfHealthy }, context) {
      const { namespace, name } = ref;
      const pod = await api.find('pods', { namespace, name }, context);
      if (!pod) return planForGone(ref);
      const summary = podMeant(ref, pod);
      const { uid, node, owner, templateHash, images } = summary;
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
      const { budgets, ...around } = await aroundPod(api, pod, context);
      const ofBudgets = budgetsPassedOver({ pod, summary, budgets });
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
        warnings: podWarnings({ pod, summary, ...around, ofBudgets }),
      };
    },

    apply: ({ pod: { namespace, name }, evenIfHealthy }, expected, context) =>
      uncontended(context, async () => {
        const { uid } = expected;
        const output = (note: string) => ({ namespace, name, uid, note });
        const seen = await standingPod(api, { namespace, name, uid }, context);
        if ('going' in seen) return { outcome: 'already-satisfied' as const, output: output(seen.going) };
        const { pod, now } = seen;
        if (!evenIfHealthy && (!expected.sick || now.condition === 'healthy')) {
          return {
            outcome: 'not-needed' as const,
            output: output(`it is ${now.condition} now (${now.because})`),
          };
        }
        mustBeAsPlanned(now, expected);
        const { resourceVersion } = pod.metadata ?? {};
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

    probe: ({ pod: { namespace, name } }, { uid }, context) =>
      probeRemoved(api, { namespace, name, uid }, context),
  });

function planForGone(ref: PodRef) {
  const { namespace, name } = ref;
  const before = goneAlready(ref);
  return {
    diff: [],
    preconditions: { ...before, sick: true },
    preimage: { namespace, name, ...before, templateHash: null, images: [] },
    dryRun: 'none' as const,
    warnings: [`${name} is gone already: nothing changes`],
  };
}
