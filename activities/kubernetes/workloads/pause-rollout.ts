import { implementChange, type ChangeImplementation } from '../../kit/index.ts';
import {
  applyValues,
  diffOfValues,
  planValues,
  probeValues,
  type ValueChange,
  type ValuesSeen,
} from '../changes/change-values.ts';
import type { ApiClient } from '../client/client.ts';
import type { RawDeployment } from '../client/raw.ts';
import type { KubernetesClient } from '../clients.ts';
import { kubernetes } from '../contract.ts';
import { mayBeReverted } from './deployed-by.ts';

interface Named {
  readonly namespace: string;
  readonly deployment: string;
}
type Pause = { paused: boolean };
interface Written {
  readonly deployment: { kind: string; name: string; uid: string };
  readonly paused: boolean;
}

export const rolloutPause = ({ api }: KubernetesClient) =>
  implementChange(kubernetes.rolloutPause, pausing(api, true));

export const rolloutResume = ({ api }: KubernetesClient) =>
  implementChange(kubernetes.rolloutResume, pausing(api, false));

/** Both are the same change to another value, and each undoes the other. */
function pausing(
  api: ApiClient,
  paused: boolean,
): ChangeImplementation<Named, Written, ValuesSeen<Pause>, ValuesSeen<Pause>> {
  return {
    async plan(input, context) {
      const { object, after: _, ...planned } = await planValues(changeOf(input), context);
      if (planned.diff.length === 0) return planned;
      return { ...planned, warnings: [consequence(object), ...mayBeReverted(object)] };
    },
    apply: (input, expected, context) =>
      applyValues(changeOf(input), { expected, output: outputOf(input) }, context),
    probe: (input, expected, context) =>
      probeValues(changeOf(input), { expected, output: outputOf(input) }, context),
    undo({ uid, present }, { input }) {
      if (present.paused === paused) return undefined;
      return {
        change: (paused ? kubernetes.rolloutResume : kubernetes.rolloutPause)(input),
        preconditions: { uid, present: { paused } },
        diff: diffOfValues({ paused }, present, pathOf),
      };
    },
  };

  function changeOf({ namespace, deployment: name }: Named): ValueChange<RawDeployment, Pause> {
    return {
      called: `Deployment ${namespace}/${name}`,
      wanted: { paused },
      pathOf,
      find: (limits) => api.find('deployments', { namespace, name }, limits),
      valuesOf: ({ spec }) => ({ paused: spec?.paused ?? false }),
      write({ metadata }, { dryRun }, limits) {
        const guard = { uid: metadata?.uid, resourceVersion: metadata?.resourceVersion };
        const patch = { metadata: guard, spec: { paused: paused || null } };
        return api.patch('deployments', { namespace, name, patch, type: 'merge-patch', dryRun }, limits);
      },
    };
  }

  function consequence({ spec, status }: RawDeployment): string {
    const [updated, wanted] = [status?.updatedReplicas ?? 0, spec?.replicas ?? 1];
    if (!paused) {
      return updated < wanted
        ? `Its rollout goes on: ${updated} of ${wanted} pods are of the present template`
        : 'Nothing waits to be rolled out';
    }
    return updated < wanted
      ? `It is rolling out now and stops where it is: ${updated} of ${wanted} pods are of the new template`
      : 'No change of its template is rolled out until it is resumed';
  }

  function outputOf({ deployment: name }: Named) {
    return ({ metadata }: RawDeployment) => ({
      deployment: { kind: 'Deployment', name, uid: metadata?.uid ?? '' },
      paused,
    });
  }
}

const pathOf = (): string => 'spec.paused';
