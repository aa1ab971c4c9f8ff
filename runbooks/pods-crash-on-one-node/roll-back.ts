import { kubernetes } from '../../activities/kubernetes/contract.ts';
import { approve, carryOut, check, propose, remind } from '../../workflows/index.ts';
import type { Rollout } from '../analysis/recent-rollout.ts';
import { ASK, OWNER, type Incident } from './incident.ts';
import type { Scene } from './look-at-pods.ts';
import { usersAreWellSince } from './mitigate.ts';
import { writeUp, type Story } from '../write-up.ts';

/** The new revision is what is sick: back to the named one before it, never to "the previous". */
export async function rollBack(
  incident: Incident,
  o: {
    rollout: Rollout & { readonly previous: NonNullable<Rollout['previous']> };
    scene: Scene;
    because: string;
    story: Story;
  },
): Promise<{ ticket: string; report: string }> {
  const { namespace, service } = incident;
  const { deployment, revision, previous } = o.rollout;
  const plan = await propose(
    `Roll ${deployment} back from revision ${revision} to ${previous.revision}`,
    [
      kubernetes.rolloutUndo({
        namespace,
        deployment,
        toRevision: previous.revision,
        templateHash: previous.templateHash,
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
  const mitigated = await usersAreWellSince(incident, o.scene);

  remind(`Is revision ${revision} of ${deployment} repaired or withdrawn?`, {
    at: 'next working day 09:30',
    to: OWNER,
  });
  return writeUp(
    { ask: ASK, labels: [service] },
    {
      ...o.story,
      title: `${service}: revision ${revision} crashes`,
      summary: `${o.because} It was rolled back to revision ${previous.revision}${mitigated ? ', and users are well again' : ''}.`,
      rootCause: `Revision ${revision} of ${deployment}. What is wrong with it is not established by this run.`,
      followUps: [`Find out what is wrong with revision ${revision} before it is rolled out again`],
      mitigated,
      resolved: mitigated,
    },
  );
}
