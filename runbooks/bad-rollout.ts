/**
 * A rollout does not come up. The pods of the new revision are laid beside those of the old ones before anything is
 * proposed: a rollout is the first suspect and often not the culprit. What the revisions differ in goes into the question,
 * so that the person who approves the way back sees what is taken back with it.
 */
import { z } from 'zod';
import { kubernetes, type Difference, type Pod } from '../activities/kubernetes/contract.ts';
import { Name, Namespace } from '../activities/kubernetes/contract/identity.ts';
import {
  approve,
  carryOut,
  check,
  defineRunbook,
  eventually,
  finding,
  handOver,
  onAlert,
  propose,
  remind,
} from '../workflows/index.ts';
import { isSick } from './analysis/is-sick.ts';
import { judgeRelease } from './analysis/judge-release.ts';
import { podsOf } from './analysis/pods-of.ts';
import { ASK, Patience, PLATFORM } from './platform-oncall.ts';

/** Pods that are still starting prove nothing; so long they get. */
const SETTLE_MS = 60_000;

export default defineRunbook({
  id: 'bad-rollout',
  title: 'A rollout does not come up',
  owner: PLATFORM,
  description:
    'Compares the pods and the templates of the new revision with those before it. Where the release is at fault, rolls it back to the named revision.',
  input: z.object({ namespace: Namespace, deployment: Name, withinSeconds: Patience }),
  triggers: ['KubeDeploymentRolloutStuck', 'KubeDeploymentReplicasMismatch'].map((alertname) =>
    onAlert({ alertname }, ({ labels }) => ({
      namespace: labels.namespace ?? '',
      deployment: labels.deployment ?? '',
    })),
  ),
  correlationKey: ({ namespace, deployment }) => `${namespace}/${deployment}`,
  whenAlertResolves: 'stop-before-first-change',

  async run({ namespace, deployment, withinSeconds }) {
    const workload = { namespace, kind: 'Deployment' as const, name: deployment };
    const until = Date.now() + SETTLE_MS;
    const { pods, release, paused } = await eventually(
      `A clear picture of the pods of ${deployment}`,
      async () => {
        const [{ pods: all }, history] = await Promise.all([
          kubernetes.listPods({ namespace, limit: 1000 }),
          kubernetes.rolloutHistory(workload),
        ]);
        const pods = podsOf(all, workload);
        const release = judgeRelease({ pods, revisions: history.revisions, now: new Date() });
        const unclear = pods.some((p) => p.condition === 'starting') && release.fault !== 'release';
        return unclear && Date.now() < until ? undefined : { pods, release, paused: history.paused };
      },
      { within: '5 minutes' },
    );
    finding(release.because, { evidence: inWords(pods) });
    if (release.fault === 'nothing') return { over: true, found: release.because };
    if (release.fault !== 'release') return handOver(release.because, { pods: inWords(pods) });

    const { current, previous } = release;
    const { differences, truncated } = await kubernetes.compareRevisions({
      ...workload,
      from: previous.revision,
      to: current.revision,
    });
    const changed = [...differences.map(differenceInWords), ...(truncated ? [truncated] : [])];
    finding(
      `Revision ${current.revision} differs from ${previous.revision} in ${differences.length} fields`,
      {
        evidence: changed,
      },
    );
    if (paused) {
      return handOver(`${deployment} is paused, so it cannot be rolled back. ${release.because}`, {
        next: `kubectl rollout resume deployment/${deployment} -n ${namespace}`,
      });
    }

    const plan = await propose(
      `Roll ${deployment} back from revision ${current.revision} to ${previous.revision}`,
      [
        kubernetes.rolloutUndo({
          namespace,
          deployment,
          toRevision: previous.revision,
          templateHash: previous.templateHash,
        }),
      ],
      { because: [release.because, 'What the release changed:', ...changed.map((c) => `- ${c}`)].join('\n') },
    );
    await carryOut(await approve(plan, ASK));
    const back = await check(
      `The roll-back of ${deployment} is complete`,
      kubernetes.rolloutStatus,
      workload,
      {
        within: `${withinSeconds}s`,
      },
    );
    if (back === 'skipped') {
      const now = podsOf((await kubernetes.listPods({ namespace, limit: 1000 })).pods, workload);
      return handOver(
        `${deployment} is at revision ${previous.revision} again and still not well: the release was not the only fault.`,
        { pods: inWords(now) },
      );
    }
    remind(`Is revision ${current.revision} of ${deployment} repaired or withdrawn?`, {
      at: 'next working day 09:30',
      to: PLATFORM,
    });
    return { rolledBackTo: previous.revision, from: current.revision };
  },
});

const inWords = (pods: readonly Pod[]): string[] =>
  [...pods]
    .sort((a, b) => Number(isSick(b)) - Number(isSick(a)))
    .slice(0, 20)
    .map((p) => `${p.name}, revision ${p.revision ?? 'unknown'}: ${p.because}`);

const differenceInWords = ({ path, before, after }: Difference): string =>
  `${path}: ${before ?? '(absent)'} → ${after ?? '(absent)'}`;
