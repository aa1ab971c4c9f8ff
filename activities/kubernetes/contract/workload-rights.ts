import type { Rights, Verb } from '../../kit/index.ts';
import type { WorkloadKind } from './identity.ts';

const WORKLOADS: Readonly<Record<WorkloadKind, { readonly resource: string; readonly revisions: string }>> = {
  Deployment: { resource: 'deployments.apps', revisions: 'replicasets.apps' },
  StatefulSet: { resource: 'statefulsets.apps', revisions: 'controllerrevisions.apps' },
  DaemonSet: { resource: 'daemonsets.apps', revisions: 'controllerrevisions.apps' },
};

/** To read one workload of the kind that the input says, with its revisions where they are wanted. */
export const readingWorkload = ({ revisions = false } = {}): readonly Rights[] =>
  ofEachKind(['get'], { revisions });

/** To read and write one workload of the kind that the input says. */
export const CHANGING_WORKLOAD: readonly Rights[] = ofEachKind(['get', 'patch'], { revisions: false });

function ofEachKind(verbs: readonly Verb[], wanted: { readonly revisions: boolean }): Rights[] {
  return Object.entries(WORKLOADS).map(([kind, { resource, revisions }]) => ({
    in: 'namespace',
    may: { [resource]: verbs, ...(wanted.revisions && { [revisions]: ['list' as const] }) },
    when: { kind },
  }));
}
