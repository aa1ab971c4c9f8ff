/** Where a pod template takes its configuration from. */
import type { RawDeployment } from '../client/raw.ts';
import type { ConfigurationReference } from '../contract/configuration.ts';

type Template = NonNullable<RawDeployment['spec']>['template'];
type Container = NonNullable<NonNullable<Template['spec']>['containers']>[number];
type Volume = NonNullable<NonNullable<Template['spec']>['volumes']>[number];

/** Every ConfigMap and Secret that containers, init containers and volumes of the template name. */
export function referencesOf(template: Template | undefined): ConfigurationReference[] {
  const containers = [...(template?.spec?.initContainers ?? []), ...(template?.spec?.containers ?? [])];
  return [...containers.flatMap(ofContainer), ...(template?.spec?.volumes ?? []).flatMap(ofVolume)];
}

function ofContainer({ name: container, env = [], envFrom = [] }: Container): ConfigurationReference[] {
  const single = env.flatMap(({ name, valueFrom }) => [
    ...reference('ConfigMap', valueFrom?.configMapKeyRef, { container, as: `env ${name}` }),
    ...reference('Secret', valueFrom?.secretKeyRef, { container, as: `env ${name}` }),
  ]);
  const whole = envFrom.flatMap(({ configMapRef, secretRef }) => [
    ...reference('ConfigMap', configMapRef, { container, as: 'all as env' }),
    ...reference('Secret', secretRef, { container, as: 'all as env' }),
  ]);
  return [...single, ...whole];
}

function ofVolume(volume: Volume): ConfigurationReference[] {
  const at = { container: null, as: `volume ${volume.name}` };
  const secret = (s: { secretName?: string; optional?: boolean } | undefined) =>
    s && { ...s, ...(s.secretName !== undefined && { name: s.secretName }) };
  const projected = (volume.projected?.sources ?? []).flatMap((source) => [
    ...mounted('ConfigMap', source.configMap, at),
    ...mounted('Secret', source.secret, at),
  ]);
  return [
    ...mounted('ConfigMap', volume.configMap, at),
    ...mounted('Secret', secret(volume.secret), at),
    ...projected,
  ];
}

type Place = Pick<ConfigurationReference, 'container' | 'as'>;
interface Named {
  readonly name?: string;
  readonly key?: string;
  readonly optional?: boolean;
  readonly items?: readonly { readonly key: string }[];
}

function reference(
  kind: ConfigurationReference['kind'],
  to: Named | undefined,
  at: Place,
): ConfigurationReference[] {
  if (!to?.name) return [];
  return [{ ...at, kind, name: to.name, key: to.key ?? null, optional: to.optional ?? false }];
}

/** A volume may name single keys as its items. */
const mounted = (kind: ConfigurationReference['kind'], from: Named | undefined, at: Place) =>
  from?.items?.length
    ? from.items.flatMap(({ key }) => reference(kind, { ...from, key }, at))
    : reference(kind, from, at);
