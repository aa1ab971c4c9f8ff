/** A Service beside the workloads that it could mean: what each one's template offers it, now and a revision ago. */
import { lastApplied } from '../changes/last-applied.ts';
import type { ObjectOf, RawDeployment, RawReplicaSet, RawService } from '../client/raw.ts';
import type { Backend, ServiceTarget } from '../contract/service-target.ts';
import { controlledBy, presentReplicaSet } from '../workloads/revisions.ts';
import { revisionOf } from '../pods/lineage.ts';
import { protocolOf } from './routing.ts';

type Labels = Readonly<Record<string, string>>;
type PodTemplate = NonNullable<RawDeployment['spec']>['template'];

/** True when the labels have every pair of the selector. An empty selector selects nothing here. */
export const selects = (selector: Labels, labels: Labels): boolean =>
  Object.keys(selector).length > 0 && fits(selector, labels) === Object.keys(selector).length;

const fits = (selector: Labels, labels: Labels) =>
  Object.entries(selector).filter(([key, value]) => labels[key] === value).length;

export const portKey = (port: { readonly port: number; readonly protocol?: string }) =>
  `${port.port}/${protocolOf(port.protocol)}`;

/** A Service's own selector and target ports. */
export function targetOf(service: Pick<RawService, 'spec'>): ServiceTarget {
  return {
    selector: { ...service.spec?.selector },
    targetPorts: Object.fromEntries(
      (service.spec?.ports ?? []).map((p) => [portKey(p), String(p.targetPort ?? p.port)]),
    ),
  };
}

/** What the last client-side `kubectl apply` asked for; null where nobody applied it so. */
export function appliedTarget(service: RawService): ServiceTarget | null {
  const applied = lastApplied(service);
  return applied?.spec?.selector ? targetOf({ spec: applied.spec }) : null;
}

/** Those that fit most of the selector first. */
export function backendsFor(
  selector: Labels,
  of: {
    readonly deployments: readonly RawDeployment[];
    readonly replicaSets: readonly RawReplicaSet[];
    readonly statefulSets: readonly ObjectOf<'statefulsets'>[];
    readonly daemonSets: readonly ObjectOf<'daemonsets'>[];
  },
): Backend[] {
  const all = [
    ...of.deployments.map((d) => ({
      kind: 'Deployment' as const,
      object: d,
      replicas: d.spec?.replicas ?? 1,
      before: revisionBefore(d, of.replicaSets),
    })),
    ...of.statefulSets.map((s) => ({
      kind: 'StatefulSet' as const,
      object: s,
      replicas: s.spec?.replicas ?? 1,
      before: null,
    })),
    ...of.daemonSets.map((d) => ({ kind: 'DaemonSet' as const, object: d, replicas: null, before: null })),
  ];
  return all
    .map(({ kind, object, replicas, before }): Backend => {
      const now = offeredBy(object.spec?.template);
      return {
        kind,
        name: object.metadata?.name ?? '',
        uid: object.metadata?.uid ?? '',
        replicas,
        ...now,
        selected: selects(selector, now.labels),
        before: before && { ...before, selected: selects(selector, before.labels) },
      };
    })
    .sort((a, b) => fits(selector, b.labels) - fits(selector, a.labels) || a.name.localeCompare(b.name));
}

function revisionBefore(deployment: RawDeployment, replicaSets: readonly RawReplicaSet[]) {
  const present = presentReplicaSet(deployment, replicaSets);
  const number = revisionOf(present);
  if (!present || number === null || number === undefined) return null;
  const older = controlledBy(deployment, replicaSets)
    .flatMap((set) => {
      const revision = revisionOf(set);
      return revision !== null && revision < number ? [{ set, revision }] : [];
    })
    .sort((a, b) => b.revision - a.revision)[0];
  if (!older) return null;
  return {
    ...offeredBy(older.set.spec?.template),
    revision: older.revision,
    until: present.metadata?.creationTimestamp ?? '',
  };
}

function offeredBy(template: PodTemplate | undefined): Pick<Backend, 'labels' | 'ports'> {
  const labels = { ...template?.metadata?.labels };
  delete labels['pod-template-hash'];
  const containers = [
    ...(template?.spec?.containers ?? []),
    ...(template?.spec?.initContainers ?? []).filter((c) => c.restartPolicy === 'Always'),
  ];
  return {
    labels,
    ports: containers.flatMap((container) =>
      (container.ports ?? []).map((p) => ({
        container: container.name,
        name: p.name ?? '',
        port: p.containerPort,
        protocol: p.protocol ?? 'TCP',
      })),
    ),
  };
}
