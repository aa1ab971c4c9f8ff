import { StepFailure } from '../../kit/index.ts';
import type { ApiClient } from '../client/client.ts';
import type { Limits } from '../client/http.ts';
import type { MetadataOnly, OtherResource } from '../client/raw.ts';
import type { AnyObject } from '../contract/objects.ts';
import { groupVersionOf } from '../deletion/group-version.ts';
import type { Json } from '../contract/json-path.ts';

export interface Resolved {
  readonly resource: OtherResource;
  readonly apiVersion: string;
  readonly kind: string;
}

/** An object as it came over the wire, of a kind that is known only by name. */
export type AnyRaw = MetadataOnly & { readonly [field: string]: Json | undefined } & {
  readonly status?: unknown;
};

/** `deployments.apps/shop/api`, in messages. */
export const calledObject = (o: Omit<AnyObject, 'name'> & { name?: string }): string =>
  [o.group ? `${o.resource}.${o.group}` : o.resource, o.namespace, o.name].filter(Boolean).join('/');

/** What the API calls this kind. `invalid` for one that it does not have, or that is (not) of a namespace. */
export async function resolve(
  api: ApiClient,
  { group, resource: plural, namespace }: Omit<AnyObject, 'name'>,
  o: { readonly version?: string | undefined; readonly list?: boolean },
  limits: Limits,
): Promise<Resolved> {
  const groupVersion =
    o.version === undefined
      ? await groupVersionOf(api, group, limits)
      : group === ''
        ? `api/${o.version}`
        : `apis/${group}/${o.version}`;
  const [parent = '', ...rest] = groupVersion.split('/').reverse();
  const page = (await api.get({ groupVersion: rest.reverse().join('/'), plural: parent }, {}, limits)) as {
    resources?: { name: string; kind: string; namespaced: boolean }[];
  };
  const found = page.resources?.find((r) => r.name === plural);
  const what = group ? `${plural}.${group}` : plural;
  if (!found) {
    throw new StepFailure('invalid', `The server doesn't have a resource type "${what}"`, {
      next: 'Write it as `kubectl api-resources` shows it: the plural, and its API group.',
    });
  }
  if (found.namespaced ? namespace === undefined && !o.list : namespace !== undefined) {
    throw new StepFailure(
      'invalid',
      found.namespaced ? `${what} are in a namespace, and none is named` : `${what} are in no namespace`,
    );
  }
  const apiVersion = groupVersion.replace(/^apis?\//, '');
  return { resource: { groupVersion, plural }, apiVersion, kind: found.kind };
}

export const whereOf = ({ namespace, name }: AnyObject) => ({ namespace, name });
