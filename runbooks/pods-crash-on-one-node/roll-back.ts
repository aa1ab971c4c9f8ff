import { kubernetes } from '../../activities/kubernetes/contract.ts';
import { approve, carryOut, check, propose } from '../../workflows/index.ts';
import type { Rollout } from '../analysis/recent-rollout.ts';
import { ASK, type Incident } from './incident.ts';
import type { Scene } from './look-at-pods.ts';
import { checkUsersAreWell } from './mitigate.ts';

/** The new revision is what is sick: back to the named one before it, never to "the previous". */
export async function rollBack(
  incident: Incident,
  o: { rollout: Rollout; to: NonNullable<Rollout['previous']>; scene: Scene; because: string },
): Promise<{ mitigatedAt: string }> {
  const { namespace } = incident;
  const { deployment, revision } = o.rollout;
  const plan = await propose(
    `Roll ${deployment} back from revision ${revision} to ${o.to.revision}`,
    [
      kubernetes.rolloutUndo({
        namespace,
        deployment,
        toRevision: o.to.revision,
        templateHash: o.to.templateHash,
      }),
    ],
    { because: o.because },
  );
  await carryOut(await approve(plan, ASK));
  await check(
    `The roll-back of ${deployment} is complete`,
    kubernetes.rolloutStatus,
    { namespace, name: deployment },
    { within: '5 minutes' },
  );
  await checkUsersAreWell(incident, o.scene);
  return { mitigatedAt: new Date().toISOString() };
}
