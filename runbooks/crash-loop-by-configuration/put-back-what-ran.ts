import type { ProposedChange } from '../../activities/kit/index.ts';
import { kubernetes, type Pod } from '../../activities/kubernetes/contract.ts';
import type { ConfigurationFault } from '../analysis/configuration-change.ts';
import { refOf } from '../analysis/pods-of.ts';
import type { CrashingWorkload } from './crashing-workload.ts';
import type { Crash } from './look-at-crash.ts';

interface Fix {
  readonly title: string;
  readonly changes: readonly ProposedChange<unknown>[];
  readonly because: string;
  /** What is true once it is carried out. */
  readonly done: string;
}

/** More pods than these are left to their back-off, which ends by itself. */
const HURRIED = 10;

/** The changes that put back what ran before, or why there are none. */
export function putBackWhatRan(o: {
  readonly namespace: string;
  readonly workload: CrashingWorkload['workload'];
  readonly sick: readonly Pod[];
  readonly judged: ConfigurationFault;
  readonly crash: Crash;
}): Fix | { readonly reason: string; readonly next?: string } {
  const { namespace, workload, sick, judged, crash } = o;
  if (judged.fault === 'config-map') {
    const { configMap, values } = judged;
    const keys = Object.keys(values).join(', ');
    const waiting = sick.filter((p) => p.containers.some((c) => c.waiting === 'CrashLoopBackOff'));
    const hurried = waiting.length <= HURRIED ? waiting : [];
    return {
      title: `Put ${keys} of ConfigMap ${configMap} back to what was applied`,
      changes: [
        kubernetes.setConfigMapKeys({ namespace, configMap, values }),
        ...hurried.map((pod) => kubernetes.deletePod({ pod: refOf(pod) })),
      ],
      because: [
        judged.because,
        hurried.length > 0
          ? `The ${hurried.length} pods in back-off are replaced, so that they try again at once and not in up to 5 minutes.`
          : 'Its pods try again by themselves, within 5 minutes.',
        'Other workloads that read this ConfigMap get the values at their next start.',
      ].join(' '),
      done: `${keys} of ConfigMap ${configMap} was put back`,
    };
  }
  if (judged.fault !== 'release' || !crash.release) {
    const next =
      judged.fault === 'undecided' && crash.release && workload.kind === 'Deployment'
        ? `nightshift run bad-rollout --set namespace=${namespace} --set deployment=${workload.name}`
        : undefined;
    return { reason: judged.because, ...(next && { next }) };
  }
  const { revision, before, paused, differences } = crash.release;
  if (workload.kind !== 'Deployment' || paused) {
    return {
      reason: `${judged.because} ${workload.kind === 'Deployment' ? `${workload.name} is paused, so it cannot be rolled back` : `A ${workload.kind} is not rolled back by this runbook`}.`,
      next:
        workload.kind === 'Deployment'
          ? `kubectl rollout resume deployment/${workload.name} -n ${namespace}`
          : `kubectl rollout undo ${workload.kind.toLowerCase()}/${workload.name} -n ${namespace} --to-revision ${before.revision}`,
    };
  }
  return {
    title: `Roll ${workload.name} back from revision ${revision} to ${before.revision}`,
    changes: [
      kubernetes.rolloutUndo({
        namespace,
        deployment: workload.name,
        toRevision: before.revision,
        templateHash: before.templateHash,
      }),
    ],
    because: [
      judged.because,
      'What goes back with it:',
      ...differences.map((d) => `- ${d.path}: ${d.before ?? '(absent)'} → ${d.after ?? '(absent)'}`),
    ].join('\n'),
    done: `${workload.name} was rolled back to revision ${before.revision}`,
  };
}
