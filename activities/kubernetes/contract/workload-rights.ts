import type { Rights, Verb } from '../../kit/index.ts';
import type { WorkloadKind } from './identity.ts';

const WORKLOADS: Readonly<Record<WorkloadKind, { readonly resource: string; readonly revisions: string }>> = {
  Deployment: { resource: 'deployments.apps', revisions: 'replicasets.apps' },
  StatefulSet: { resource: 'statefulsets.apps', revisions: 'controllerrevisions.apps' },
  DaemonSet: { resource: 'daemonsets.apps', revisions: 'controllerrevisions.apps' },
};

/** Words for a right to watch: polling goes on without it. */
export const POLLS_WITHOUT = 'of changes at once: its checks poll';

/** The workload that the input names, as it is watched. */
export const watchedWorkload = (input: { kind: WorkloadKind; namespace: string; name: string }) => [
  { resource: WORKLOADS[input.kind].resource, namespace: input.namespace, name: input.name },
];

/** To read one workload of the kind that the input says, with its revisions where they are wanted. */
export const readingWorkload = ({ revisions = false } = {}): readonly Rights[] =>
  ofEachKind(['get'], { revisions });

/** To read and write one workload of the kind that the input says. */
export const CHANGING_WORKLOAD: readonly Rights[] = ofEachKind(['get', 'patch'], { revisions: false });

/** To be told of its changes: a watch begins where a list is. */
export const WATCHING_WORKLOAD: readonly Rights[] = ofEachKind(['list', 'watch'], { revisions: false }).map(
  (rights) => ({
    ...rights,
    without: POLLS_WITHOUT,
  }),
);

function ofEachKind(verbs: readonly Verb[], wanted: { readonly revisions: boolean }): Rights[] {
  return Object.entries(WORKLOADS).map(([kind, { resource, revisions }]) => ({
    in: 'namespace',
    may: { [resource]: verbs, ...(wanted.revisions && { [revisions]: ['list' as const] }) },
    when: { kind },
  }));
}
