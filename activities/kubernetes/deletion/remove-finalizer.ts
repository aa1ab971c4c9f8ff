import { implementChange, StepFailure } from '../../kit/index.ts';
import { uncontended } from '../changes/uncontended.ts';
import type { ApiClient } from '../client/client.ts';
import type { Limits } from '../client/http.ts';
import type { MetadataOnly, OtherResource } from '../client/raw.ts';
import type { KubernetesClient } from '../clients.ts';
import { kubernetes } from '../contract.ts';
import type { ObjectInNamespace } from '../contract/deletion.ts';
import { whyKept } from '../contract/kept-finalizers.ts';
import { groupVersionOf } from './group-version.ts';

export const removeFinalizer = ({ api }: KubernetesClient) =>
  implementChange(kubernetes.removeFinalizer, {
    async plan({ object, finalizer }, context) {
      const kept = whyKept(finalizer);
      if (kept) {
        throw new StepFailure('refused', `${finalizer} is Kubernetes' own and is not taken away: ${kept}`, {
          next: 'Mend what it waits for.',
        });
      }
      const { resource, found } = await find(api, object, context);
      const finalizers = found?.metadata?.finalizers ?? [];
      const since = found?.metadata?.deletionTimestamp;
      const path = `${nameOf(object)} metadata.finalizers`;
      const before = {
        preconditions: { uid: object.uid, since: since ?? '', finalizers },
        preimage: { finalizers },
      };
      if (!found || !finalizers.includes(finalizer)) {
        const why = found ? `it has no ${finalizer} any more` : 'it is gone';
        return {
          diff: [],
          ...before,
          dryRun: 'none',
          warnings: [`${nameOf(object)}: ${why}; nothing changes`],
        };
      }
      if (!since) {
        throw new StepFailure('conflict', `${nameOf(object)} is not being deleted`, {
          next: 'A finalizer of a living object does no harm; leave it.',
        });
      }
      const rest = finalizers.filter((f) => f !== finalizer);
      await patch(api, { resource, object, found, rest, dryRun: true }, context);
      return {
        diff: [{ path, before: finalizers, after: rest.length > 0 ? rest : null }],
        ...before,
        dryRun: 'server',
        warnings: [
          `what ${finalizer} stands for is never done then: look for what it was to clean up`,
          rest.length > 0
            ? `it still waits for ${rest.join(', ')} afterwards`
            : 'it is the last one: the object is gone at once, and cannot be brought back',
        ],
      };
    },

    apply: ({ object, finalizer }, expected, context) =>
      uncontended(context, async () => {
        const { resource, found } = await find(api, object, context);
        const finalizers = found?.metadata?.finalizers ?? [];
        const done = (note: string) => ({ outcome: 'already-satisfied' as const, output: { note } });
        if (!found) return done('it was gone already');
        if (!finalizers.includes(finalizer)) return done('its controller had taken it off already');
        if (found.metadata?.deletionTimestamp !== expected.since) {
          throw new StepFailure(
            'conflict',
            `${nameOf(object)} is not being deleted as when this was planned`,
          );
        }
        if (finalizers.toSorted().join() !== expected.finalizers.toSorted().join()) {
          throw new StepFailure(
            'conflict',
            `${nameOf(object)} has other finalizers than when this was planned`,
            {
              next: 'Look again: taken off as the last one, a finalizer lets the object go at once.',
              facts: { expected: expected.finalizers.join(', '), found: finalizers.join(', ') },
            },
          );
        }
        const rest = finalizers.filter((f) => f !== finalizer);
        await patch(api, { resource, object, found, rest }, context);
        return {
          outcome: 'applied' as const,
          output: { note: rest.length > 0 ? `${rest.join(', ')} are left` : 'it was the last one' },
        };
      }),

    async probe({ object, finalizer }, _expected, context) {
      const { found } = await find(api, object, context).catch((error: unknown) => {
        if (error instanceof StepFailure && error.kind === 'conflict') return { found: undefined };
        throw error;
      });
      if (!found) return { state: 'applied', output: { note: 'it is gone' } };
      return (found.metadata?.finalizers ?? []).includes(finalizer)
        ? { state: 'not-applied' }
        : { state: 'applied', output: { note: `${finalizer} is off` } };
    },
  });

const nameOf = ({ resource, namespace, name }: ObjectInNamespace) => `${resource}/${namespace}/${name}`;

/** The object of this UID, or none; a `conflict` when another has its name. */
async function find(api: ApiClient, object: ObjectInNamespace, limits: Limits) {
  const { group, resource: plural, namespace, name, uid } = object;
  const resource = { groupVersion: await groupVersionOf(api, group, limits), plural };
  const found = await api.find(resource, { namespace, name }, limits);
  if (found && found.metadata?.uid !== uid) {
    throw new StepFailure('conflict', `${nameOf(object)} was replaced: another one has its name now`, {
      next: 'Look again; the one that was meant is gone.',
      facts: { expected: uid, found: found.metadata?.uid ?? '' },
    });
  }
  return { resource, found };
}

interface Patch {
  readonly resource: OtherResource;
  readonly object: ObjectInNamespace;
  /** As it was read: written only while it is that. */
  readonly found: MetadataOnly;
  readonly rest: readonly string[];
  readonly dryRun?: boolean;
}

async function patch(
  api: ApiClient,
  { resource, object, found, rest, dryRun = false }: Patch,
  limits: Limits,
): Promise<void> {
  const { namespace, name, uid } = object;
  const { resourceVersion } = found.metadata ?? {};
  await api.patch(
    resource,
    {
      namespace,
      name,
      type: 'merge-patch',
      patch: { metadata: { uid, resourceVersion, finalizers: rest.length > 0 ? rest : null } },
      dryRun,
    },
    limits,
  );
}
