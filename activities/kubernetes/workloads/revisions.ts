import { hashOf } from '../../kit/index.ts';
import type { ObjectOf, RawDeployment, RawReplicaSet } from '../client/raw.ts';
import type { Revision } from '../contract/workloads.ts';
import { controllerOf, revisionOf } from '../pods/lineage.ts';

type Template = NonNullable<RawReplicaSet['spec']>['template'];

const TEMPLATE_HASH = 'pod-template-hash';
const CHANGE_CAUSE = 'kubernetes.io/change-cause';

/** Those that this object controls; never by name or label, which others can carry too. */
export function controlledBy<T extends { metadata?: RawReplicaSet['metadata'] }>(
  owner: { metadata?: RawReplicaSet['metadata'] },
  objects: readonly T[],
): T[] {
  return objects.filter((o) => controllerOf(o)?.uid === owner.metadata?.uid);
}

/** A Deployment's template is its ReplicaSet's less the hash that the controller adds. */
export function withoutHash(template: Template | undefined): Template {
  const copy = structuredClone<NonNullable<Template>>(template ?? {});
  delete copy.metadata?.labels?.[TEMPLATE_HASH];
  return copy;
}

/** Names a template: two that ask for the same pods have the same. */
export const templateId = (template: Template | undefined): string => hashOf(withoutHash(template));

/** The ReplicaSet whose template the Deployment asks for now; none while its controller has not made it yet. */
export function presentReplicaSet(
  deployment: RawDeployment,
  replicaSets: readonly RawReplicaSet[],
): RawReplicaSet | undefined {
  const wanted = templateId(deployment.spec?.template);
  return controlledBy(deployment, replicaSets)
    .filter((r) => templateId(r.spec?.template) === wanted)
    .sort((a, b) =>
      (a.metadata?.creationTimestamp ?? '').localeCompare(b.metadata?.creationTimestamp ?? ''),
    )[0];
}

export const templateHashOf = (object: { metadata?: RawReplicaSet['metadata'] }) =>
  object.metadata?.labels?.[TEMPLATE_HASH] ?? null;

/** A revision with the template that it asks for. */
export interface RevisionTemplate {
  readonly revision: Revision;
  readonly template: unknown;
}

/** A Deployment's revisions, oldest first. */
export function deploymentTemplates(
  deployment: RawDeployment,
  replicaSets: readonly RawReplicaSet[],
): RevisionTemplate[] {
  const present = presentReplicaSet(deployment, replicaSets)?.metadata?.uid;
  return controlledBy(deployment, replicaSets)
    .flatMap((set) => {
      const number = revisionOf(set);
      if (number === null) return [];
      const revision = {
        ...identityOf(set),
        revision: number,
        templateHash: templateHashOf(set),
        images: imagesOf(set.spec?.template?.spec),
        replicas: set.spec?.replicas ?? 0,
        ready: set.status?.readyReplicas ?? 0,
        current: set.metadata?.uid === present,
      };
      return { revision, template: withoutHash(set.spec?.template) };
    })
    .sort((a, b) => a.revision.revision - b.revision.revision);
}

/** A DaemonSet's or StatefulSet's revisions, oldest first. Its newest ControllerRevision is what it asks for. */
export function controllerTemplates(
  owner: ObjectOf<'daemonsets'> | ObjectOf<'statefulsets'>,
  revisions: readonly ObjectOf<'controllerrevisions'>[],
): RevisionTemplate[] {
  const own = controlledBy(owner, revisions).sort((a, b) => a.revision - b.revision);
  return own.map((r, index) => {
    const template = (r.data as { spec?: { template?: Template } } | undefined)?.spec?.template;
    const revision = {
      ...identityOf(r),
      revision: r.revision,
      templateHash: r.metadata?.labels?.['controller-revision-hash'] ?? null,
      images: imagesOf(template?.spec),
      replicas: null,
      ready: null,
      current: index === own.length - 1,
    };
    return { revision, template };
  });
}

export const deploymentRevisions = (...of: Parameters<typeof deploymentTemplates>): Revision[] =>
  deploymentTemplates(...of).map((r) => r.revision);
export const controllerRevisions = (...of: Parameters<typeof controllerTemplates>): Revision[] =>
  controllerTemplates(...of).map((r) => r.revision);

const identityOf = (object: { metadata?: RawReplicaSet['metadata'] }) => ({
  name: object.metadata?.name ?? '',
  uid: object.metadata?.uid ?? '',
  created: object.metadata?.creationTimestamp ?? '',
  changeCause: object.metadata?.annotations?.[CHANGE_CAUSE] ?? null,
});

const imagesOf = (spec: { containers?: { image?: string }[] } | undefined): string[] =>
  (spec?.containers ?? []).map((c) => c.image ?? '');
