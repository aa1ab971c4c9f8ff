import { implementRead, StepFailure } from '../../kit/index.ts';
import type { ApiClient } from '../client/client.ts';
import { printable } from '../client/failure.ts';
import type { Limits } from '../client/http.ts';
import type { KubernetesClient } from '../clients.ts';
import { kubernetes } from '../contract.ts';
import type { BeingDeleted } from '../contract/deletion.ts';
import { truncation } from '../truncated.ts';
import { beingDeleted } from './being-deleted.ts';
import { groupVersionOf } from './group-version.ts';
import { namespaceSays, type RemainingKind } from './namespace-says.ts';

const SHOWN = 100;
const PER_KIND = 500;

export const deletions = ({ api }: KubernetesClient) =>
  implementRead(kubernetes.deletions, async ({ namespace }, context) => {
    const found = await api.find('namespaces', { name: namespace }, context);
    if (!found) {
      return { state: 'gone', since: null, says: [], discoveryFails: false, objects: [], notListed: [] };
    }
    const { says, discoveryFails, remaining } = namespaceSays(found);
    const now = new Date();
    const pods = await api.list('pods', { namespace, atMost: PER_KIND }, context);
    const looks = await Promise.all(
      withClaims(remaining).map((kind) => look(api, { kind, namespace, now }, context)),
    );
    const objects = [
      ...pods.items.flatMap((pod) => beingDeleted(pod, { group: '', resource: 'pods', now, pod }) ?? []),
      ...looks.flatMap((l) => l.objects),
    ].sort((a, b) => b.overdueSeconds - a.overdueSeconds);
    return {
      state: found.metadata?.deletionTimestamp ? 'terminating' : 'active',
      since: found.metadata?.deletionTimestamp ?? null,
      says,
      discoveryFails,
      objects: objects.slice(0, SHOWN),
      notListed: looks.flatMap((l) => l.notListed),
      ...truncation({
        kept: Math.min(SHOWN, objects.length),
        of: objects.length,
        more: pods.more || looks.some((l) => l.more),
        what: 'objects',
      }),
    };
  });

/** Claims are looked at in a living namespace too: after pods they are what people find stuck. */
function withClaims(remaining: readonly RemainingKind[]): RemainingKind[] {
  const claims = { group: '', resource: 'persistentvolumeclaims', count: 0 };
  const others = remaining.filter((k) => !(k.group === '' && k.resource === 'pods'));
  return others.some((k) => k.resource === claims.resource) ? others : [claims, ...others];
}

interface Looked {
  readonly objects: BeingDeleted[];
  readonly notListed: { resource: string; reason: string }[];
  readonly more: boolean;
}

/** One kind that cannot be looked at does not hide the others. */
async function look(
  api: ApiClient,
  o: { readonly kind: RemainingKind; readonly namespace: string; readonly now: Date },
  limits: Limits,
): Promise<Looked> {
  const { group, resource } = o.kind;
  try {
    const groupVersion = await groupVersionOf(api, group, limits);
    const { items, more } = await api.listMetadata(
      { groupVersion, plural: resource },
      { namespace: o.namespace, atMost: PER_KIND },
      limits,
    );
    return {
      objects: items.flatMap((item) => beingDeleted(item, { group, resource, now: o.now }) ?? []),
      notListed: [],
      more,
    };
  } catch (error) {
    if (!(error instanceof StepFailure)) throw error;
    const name = group ? `${resource}.${group}` : resource;
    return {
      objects: [],
      notListed: [{ resource: name, reason: printable(error.message, 300) }],
      more: false,
    };
  }
}
