import type { Diagnosis } from './diagnose.ts';

/** What is left to people after a repair at night, so that it lasts and holds everywhere. */
export function lastingRepair(
  { runner }: Diagnosis,
  node: string,
): { readonly question: string; readonly followUp: string } {
  if (runner.by !== 'daemonset') {
    return {
      question: `Does kube-proxy have the memory on every node that ${node} was given? The next node restarts it too.`,
      followUp: 'Give kube-proxy the same memory on every node',
    };
  }
  if (runner.of.updateStrategy === 'OnDelete') {
    return {
      question: `Does every node's kube-proxy run with the new memory limit? Its DaemonSet replaces a pod only when somebody deletes it.`,
      followUp:
        'Replace the pods of the DaemonSet kube-proxy that still run with the old limit, and write the new one where its manifest comes from',
    };
  }
  return {
    question: `Is the new memory limit of the DaemonSet kube-proxy written where its manifest comes from? The next apply takes it back.`,
    followUp: 'Write the new memory limit of the DaemonSet kube-proxy where its manifest comes from',
  };
}
