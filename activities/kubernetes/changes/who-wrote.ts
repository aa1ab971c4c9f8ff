import type { CallContext } from '../../kit/index.ts';
import type { ApiClient } from '../client/client.ts';
import type { Resource } from '../client/raw.ts';
import { NAMED_KINDS } from '../contract/object-target.ts';

/** Where the objects are that changes name. */
const RESOURCES: Readonly<Record<string, { readonly resource: Resource }>> = NAMED_KINDS;

/** The cluster's own managers, which follow what others write. */
const ITS_OWN = /^(kubelet|kube-|cloud-controller-manager$)/;

/**
 * Who wrote to an object's own fields (not to its status) since then: the field managers that the API server remembers
 * (https://kubernetes.io/docs/reference/using-api/server-side-apply/#field-management), each with its last write.
 * Nothing for a target that is no such object, or is gone.
 */
export async function whoWrote(
  api: Pick<ApiClient, 'find'>,
  { target, since }: { readonly target: string; readonly since: string },
  context: CallContext,
): Promise<{ at: string; who: string; what: string }[]> {
  const [kind = '', ...where] = target.split('/');
  const resource = RESOURCES[kind]?.resource;
  const name = where.at(-1);
  if (!resource || !name || where.length > 2) return [];
  const namespace = where.length === 2 ? { namespace: where[0]! } : {};
  const object = await api.find(resource, { name, ...namespace }, context);
  // Its times have no fractions of a second.
  const from = Math.floor(Date.parse(since) / 1000) * 1000;
  return (object?.metadata?.managedFields ?? []).flatMap(({ subresource, manager, time, operation }) => {
    // Over the wire it is a text, whatever the library's type says.
    const at = String(time ?? '');
    if (subresource || !(Date.parse(at) >= from) || ITS_OWN.test(manager ?? '')) return [];
    return [{ at, who: manager || 'somebody', what: operation === 'Apply' ? 'applied it' : 'updated it' }];
  });
}
