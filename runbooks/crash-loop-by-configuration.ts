/**
 * Containers crash because of what they are configured by. Which change it was is told by who has started with it and
 * is well; what ran before is put back, value by value where only values changed, else by the roll-back of the release.
 */
import { z } from 'zod';
import { kubernetes } from '../activities/kubernetes/contract.ts';
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
import { configurationFault } from './analysis/configuration-change.ts';
import { otherCrash } from './analysis/other-crash.ts';
import { lookAtCrash } from './crash-loop-by-configuration/look-at-crash.ts';
import { putBackWhatRan } from './crash-loop-by-configuration/put-back-what-ran.ts';
import { crashingWorkload } from './crash-loop-by-configuration/crashing-workload.ts';
import { ASK, Patience, PLATFORM } from './platform-oncall.ts';

const whatCrashes = ({ labels }: TriggeringAlert) => ({
  namespace: labels.namespace ?? '',
  ...(labels.deployment && { deployment: labels.deployment }),
  ...(labels.pod && { pod: labels.pod }),
});

export default defineRunbook({
  id: 'crash-loop-by-configuration',
  title: 'Containers crash because of their configuration',
  owner: PLATFORM,
  description:
    'Finds the edit of a ConfigMap, the missing key or the change of a release without which the containers did not crash, and puts back what ran before. Never shows the value of a Secret; hands over where one is at fault.',
  input: z.object({
    namespace: Namespace,
    /** Only this Deployment; whichever workload of the namespace crashes when left out. */
    deployment: Name.optional(),
    /** A pod of the workload, as alerts name one. */
    pod: Name.optional(),
    withinSeconds: Patience,
  }),
  triggers: [
    onAlert({ alertname: /^Kube(rnetes)?PodCrashLooping$/ }, whatCrashes),
    onAlert(
      {
        alertname: 'KubeContainerWaiting',
        labels: { reason: /^(CrashLoopBackOff|CreateContainerConfigError)$/ },
      },
      whatCrashes,
    ),
  ],
  correlationKey: ({ namespace, deployment }) => `${namespace}/${deployment ?? ''}`,
  whenAlertResolves: 'stop-before-first-change',

  async run({ namespace, withinSeconds, ...asked }) {
    const { pods: all } = await kubernetes.listPods({ namespace, limit: 1000 });
    const found = crashingWorkload(all, asked);
    if (!found.workload) {
      finding(found.because, { evidence: found.evidence });
      return found.over
        ? { over: true, found: found.because }
        : handOver(found.because, { crashing: found.evidence });
    }
    const { workload, pods, sick } = found;
    const crashing = sick.slice(0, 20).map((p) => `${p.name} on ${p.node ?? 'no node'}: ${p.because}`);
    finding(`${sick.length} of ${pods.length} pods of ${workload.name} crash or do not start`, {
      evidence: crashing,
    });

    const crash = await lookAtCrash({ namespace, ...workload }, { pods, sick });
    const other = otherCrash(sick, crash.warnings);
    if (other) return handOver(other.because, { crashing, log: crash.log, next: other.next });

    const judged = configurationFault({ pods, sick, ...crash });
    finding(judged.because, { evidence: `the fault is looked for in: ${judged.fault}` });
    const fix = putBackWhatRan({ namespace, workload, sick, judged, crash });
    if ('reason' in fix) {
      return handOver(fix.reason, { crashing, log: crash.log, ...(fix.next && { next: fix.next }) });
    }

    const plan = await propose(fix.title, fix.changes, { because: fix.because });
    await carryOut(await approve(plan, ASK), { allowSkip: true });
    const back = await check(
      `All pods of ${workload.name} are up`,
      kubernetes.rolloutStatus,
      { namespace, ...workload },
      { within: `${withinSeconds}s` },
    );
    if (back === 'skipped') {
      const again = crashingWorkload((await kubernetes.listPods({ namespace, limit: 1000 })).pods, {
        deployment: workload.name,
      });
      return handOver(`${fix.done}, and ${workload.name} still does not come up.`, { still: again.because });
    }
    remind(
      `${fix.done} at night. Does its source say the same, and is the change that was meant made safely?`,
      {
        at: 'next working day 09:30',
        to: PLATFORM,
      },
    );
    return { workload: workload.name, done: fix.done };
  },
});
