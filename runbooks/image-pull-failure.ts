/**
 * Containers wait for an image. Which one, and in whose words not; is it the image that the release asks for, or the
 * registry, the credentials, the node? Only the first is mended by going back, and only to an image that has been seen.
 */
import { z } from 'zod';
import { kubernetes, type Difference } from '../activities/kubernetes/contract.ts';
import { Name, Namespace } from '../activities/kubernetes/contract/identity.ts';
import {
  approve,
  carryOut,
  check,
  defineRunbook,
  finding,
  handOver,
  onAlert,
  propose,
  remind,
  type TriggeringAlert,
} from '../workflows/index.ts';
import { isHealthy } from './analysis/is-sick.ts';
import { previousOf } from './analysis/judge-release.ts';
import { podsOf } from './analysis/pods-of.ts';
import { pullFailures, pullFault, type PullFailure } from './analysis/pull-failure.ts';
import { ASK, Patience, PLATFORM } from './platform-oncall.ts';

const whatWaits = ({ labels }: TriggeringAlert) => ({
  namespace: labels.namespace ?? '',
  ...(labels.deployment && { deployment: labels.deployment }),
});

export default defineRunbook({
  id: 'image-pull-failure',
  title: 'An image cannot be pulled',
  owner: PLATFORM,
  description:
    'Names the image and why it cannot be pulled. Where the release asks for one that is not there, goes back to the revision before; hands over where the registry, the credentials or a node are at fault.',
  input: z.object({
    namespace: Namespace,
    /** Only this Deployment; every workload of the namespace when left out. */
    deployment: Name.optional(),
    withinSeconds: Patience,
  }),
  triggers: [
    onAlert({ alertname: 'KubeContainerWaiting', labels: { reason: /.*Image.*/ } }, whatWaits),
    onAlert({ alertname: 'KubePodImagePullBackOff' }, whatWaits),
  ],
  correlationKey: ({ namespace, deployment }) => `${namespace}/${deployment ?? ''}`,
  whenAlertResolves: 'stop-before-first-change',

  async run({ namespace, deployment, withinSeconds }) {
    const failuresNow = async () => {
      const [{ pods: all }, { events }] = await Promise.all([
        kubernetes.listPods({ namespace, limit: 1000 }),
        kubernetes.listEvents({ namespace, type: 'Warning', minutes: 30, limit: 200 }),
      ]);
      const pods = deployment === undefined ? all : podsOf(all, { kind: 'Deployment', name: deployment });
      return { all, pods, failures: pullFailures(pods, events) };
    };
    const { all, pods, failures } = await failuresNow();
    if (failures.length === 0) {
      const found = `No container of ${pods.length} pods waits for its image.`;
      finding(found, { evidence: pods.slice(0, 20).map((p) => `${p.name}: ${p.because}`) });
      return pods.length === 0 ? handOver(`There is no pod to look at. ${found}`) : { over: true, found };
    }
    const evidence = failures
      .slice(0, 20)
      .map(
        (f) =>
          `${f.pod.name}/${f.container} on ${f.pod.node ?? 'no node'}: ${f.image}, ${f.reason}: ${f.said}`,
      );
    finding(`${failures.length} containers wait for their image`, { evidence });

    const owners = new Map(
      failures.map((f) => [`${f.pod.workload?.kind}/${f.pod.workload?.name}`, f.pod.workload]),
    );
    const [owner] = owners.values();
    if (owners.size > 1) {
      return handOver(
        `${owners.size} workloads wait for images at once (${[...owners.keys()].join(', ')}): look at what they share, the registry first.`,
        { failures: evidence },
      );
    }
    if (owner?.kind !== 'Deployment') {
      return handOver(
        `${owner ? `${owner.kind} ${owner.name}` : failures[0]!.pod.name} is not a Deployment: there is no revision to roll back to.`,
        {
          failures: evidence,
        },
      );
    }

    const workload = { namespace, kind: 'Deployment' as const, name: owner.name };
    const history = await kubernetes.rolloutHistory(workload);
    const current = history.revisions.find((r) => r.current);
    const previous = current && previousOf(current, history.revisions);
    const ofCurrent = failures.filter((f) => f.pod.templateHash === current?.templateHash);
    if (ofCurrent.length === 0) {
      return handOver(
        `The pods that wait are of an older revision of ${owner.name} than the present one: the release did not ask for that image.`,
        { failures: evidence },
      );
    }
    const differences =
      current && previous
        ? (await kubernetes.compareRevisions({ ...workload, from: previous.revision, to: current.revision }))
            .differences
        : [];
    const failed = ofCurrent[0]!;
    const judged = pullFault({
      failures: ofCurrent,
      pods: all,
      before: previous && imageBefore(differences, failed),
    });
    finding(judged.because, { evidence: `the fault is looked for in: ${judged.fault}` });
    if (judged.fault !== 'release' || !current || !previous)
      return handOver(judged.because, { failures: evidence });
    if (history.paused) {
      return handOver(`${owner.name} is paused, so it cannot be rolled back. ${judged.because}`, {
        next: `kubectl rollout resume deployment/${owner.name} -n ${namespace}`,
      });
    }

    const serving = podsOf(all, workload).filter(
      (p) => isHealthy(p) && p.templateHash === previous.templateHash,
    );
    const plan = await propose(
      `Roll ${owner.name} back from revision ${current.revision} to ${previous.revision}`,
      [
        kubernetes.rolloutUndo({
          namespace,
          deployment: owner.name,
          toRevision: previous.revision,
          templateHash: previous.templateHash,
        }),
      ],
      {
        because: [
          judged.because,
          serving.length > 0
            ? `${serving.length} pods of revision ${previous.revision} run and serve users: nothing is down yet.`
            : `**No pod of revision ${previous.revision} runs now: whether its image can still be pulled is not known.**`,
          'What goes back with it:',
          ...differences.map((d) => `- ${d.path}: ${d.before ?? '(absent)'} → ${d.after ?? '(absent)'}`),
        ].join('\n'),
      },
    );
    await carryOut(await approve(plan, ASK));
    const back = await check(
      `The roll-back of ${owner.name} is complete`,
      kubernetes.rolloutStatus,
      workload,
      {
        within: `${withinSeconds}s`,
      },
    );
    if (back === 'skipped') {
      const now = await failuresNow();
      const still = now.failures.map((f) => `${f.pod.name}: ${f.image}, ${f.said}`);
      return handOver(`${owner.name} is at revision ${previous.revision} again and still not complete.`, {
        still,
      });
    }
    remind(`Is ${failed.image} pushed, or the release withdrawn?`, {
      at: 'next working day 09:30',
      to: PLATFORM,
    });
    return { rolledBackTo: previous.revision, image: failed.image };
  },
});

/** What the container asked for before; the same where the revisions do not differ in it. */
function imageBefore(
  differences: readonly Difference[],
  { container, image }: PullFailure,
): string | undefined {
  const changed = differences.find((d) => d.path.endsWith(`ontainers[name=${container}].image`));
  return changed ? (changed.before ?? undefined) : image;
}
