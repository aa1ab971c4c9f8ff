import type { MetadataOnly } from '../../client/raw.ts';
import type { ObservedChange } from '../../contract/events.ts';
import { isController } from './rollouts.ts';
import { lastEdit, objectName, within, type Source, type Window } from './snapshot.ts';

/** The one that every namespace has and nobody writes. */
const ROOT_CA = 'kube-root-ca.crt';
const LEADER = 'control-plane.alpha.kubernetes.io/leader';

/** ConfigMaps, Secrets and workloads that somebody wrote: names and managers, never values. */
export const edits: Source = (seen, window) => [
  ...seen.configMaps
    .filter((c) => c.metadata?.name !== ROOT_CA && !(LEADER in (c.metadata?.annotations ?? {})))
    .flatMap((c) => written(c, 'configmap', window)),
  ...seen.secrets.flatMap((s) => helmRelease(s, window) ?? written(s, 'secret', window)),
  ...seen.deployments.flatMap((d) => edited(d, 'deployment', window)),
  ...seen.statefulSets.flatMap((s) => edited(s, 'statefulset', window)),
  ...seen.daemonSets.flatMap((d) => edited(d, 'daemonset', window)),
];

function written(object: MetadataOnly, kind: 'configmap' | 'secret', window: Window): ObservedChange[] {
  const created = object.metadata?.creationTimestamp;
  const edit = lastEdit(object, window);
  const at = edit?.at ?? (within(created, window) ? created : undefined);
  if (!at) return [];
  return [
    {
      at,
      kind: kind === 'secret' ? 'secret' : 'config-map',
      object: objectName(kind, object),
      summary: within(created, window) ? 'was created' : 'was changed',
      ...(edit && { by: edit.by }),
      count: 1,
    },
  ];
}

/** Helm keeps a release's versions in Secrets named `sh.helm.release.v1.NAME.vN`. */
function helmRelease(secret: MetadataOnly, window: Window): ObservedChange[] | undefined {
  const [, release, version] =
    /^sh\.helm\.release\.v1\.(.+)\.v(\d+)$/.exec(secret.metadata?.name ?? '') ?? [];
  const at = secret.metadata?.creationTimestamp;
  if (!release) return undefined;
  if (!within(at, window)) return [];
  const summary = `Helm release ${release} got version ${version}`;
  return [{ at, kind: 'secret', object: objectName('secret', secret), summary, by: 'helm', count: 1 }];
}

function edited(object: MetadataOnly, kind: string, window: Window): ObservedChange[] {
  const edit = lastEdit(object, window, isController);
  if (!edit) return [];
  const created = within(object.metadata?.creationTimestamp, window);
  const summary = created ? 'was created' : 'was edited';
  return [{ ...edit, kind: 'workload-edit', object: objectName(kind, object), summary, count: 1 }];
}
