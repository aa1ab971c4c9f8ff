import { StepFailure } from '../../../kit/index.ts';
import { handedBack } from '../../changes/field-owners.ts';
import { uncontended } from '../../changes/uncontended.ts';
import type { ApiClient } from '../../client/client.ts';
import type { Limits } from '../../client/http.ts';
import type { MetadataOnly } from '../../client/raw.ts';
import type { FieldOwner } from '../../contract/field-owner.ts';

/**
 * After an undo has written the values of before: the fields go back to who owned them, so that nightshift stands in
 * nobody's way (a server-side apply of the owner would be refused by a conflict with it). The API server takes a whole
 * `managedFields` only in a write of its own, as client-go's csaupgrade sends it; while it writes a value it makes the
 * author the owner.
 *
 * Never the end of an undo that is done: where it cannot be written, nightshift stays the owner and the values stand.
 */
export async function handBack(
  api: ApiClient,
  o: {
    readonly resource: 'deployments' | 'statefulsets' | 'daemonsets';
    readonly namespace: string;
    readonly name: string;
    /** As the undo's write left it. */
    readonly written: MetadataOnly;
    readonly owners: readonly FieldOwner[];
  },
  limits: Limits,
): Promise<void> {
  const { resource, namespace, name, owners } = o;
  const uid = o.written.metadata?.uid;
  let seen: MetadataOnly | undefined = o.written;
  try {
    await uncontended(limits, async () => {
      const now = seen ?? (await api.findMetadata(resource, { namespace, name }, limits));
      // Written since, when this is the next try.
      seen = undefined;
      const value = now?.metadata?.uid === uid && now ? handedBack(now, owners) : undefined;
      if (!now || !value) return;
      const patch = [
        { op: 'replace', path: '/metadata/uid', value: uid },
        { op: 'replace', path: '/metadata/resourceVersion', value: now.metadata?.resourceVersion },
        { op: 'replace', path: '/metadata/managedFields', value },
      ];
      await api.patch(resource, { namespace, name, patch, type: 'json-patch' }, limits);
    });
  } catch (error) {
    if (!(error instanceof StepFailure)) throw error;
  }
}
