import { implementChange, StepFailure } from '../../kit/index.ts';
import { uncontended } from '../changes/uncontended.ts';
import type { ApiClient } from '../client/client.ts';
import { hasStatus } from '../client/failure.ts';
import type { Limits } from '../client/http.ts';
import type { KubernetesClient } from '../clients.ts';
import { kubernetes } from '../contract.ts';
import { mayBeReverted } from '../workloads/deployed-by.ts';
import { unavailability, type Registration } from './unavailable-apis.ts';

export const deleteApiService = ({ api }: KubernetesClient) =>
  implementChange(kubernetes.deleteApiService, {
    async plan({ name, uid }, context) {
      const found = await sameRegistration(api, { name, uid }, context);
      const gone = { preconditions: { uid, reason: '' }, preimage: { name, spec: null } };
      if (!found)
        return { diff: [], ...gone, dryRun: 'none', warnings: [`${name} is gone already: nothing changes`] };
      const why = unavailability(found);
      if (!why) {
        throw new StepFailure('conflict', `The API ${name} answers: its registration is left alone`);
      }
      if (!found.spec?.service) {
        throw new StepFailure('refused', `${name} is served by the API server itself`, {
          next: 'Look at its CustomResourceDefinition, or at the API server.',
        });
      }
      const spec = JSON.parse(JSON.stringify(found.spec)) as Record<string, never>;
      await api.remove('apiservices', { name, uid, dryRun: true }, context);
      return {
        diff: [{ path: `apiservice/${name}`, before: spec, after: null }],
        preconditions: { uid, reason: why.reason },
        preimage: { name, spec },
        dryRun: 'server',
        warnings: [
          `clients of ${name} get "not found" instead of "unavailable"; no object is deleted with it`,
          'whatever manages it may register it again; the record keeps its specification',
          ...mayBeReverted(found),
        ],
      };
    },

    apply: ({ name, uid }, { reason }, context) =>
      uncontended(context, async () => {
        const found = await sameRegistration(api, { name, uid }, context);
        if (!found) return { outcome: 'already-satisfied' as const, output: { note: 'it was gone already' } };
        const why = unavailability(found);
        if (!why) {
          return { outcome: 'not-needed' as const, output: { note: 'the API answers by now' } };
        }
        const now = (await comesBack(api, { registration: found, reason }, context)) ?? why.reason;
        if (now !== reason) {
          throw new StepFailure('conflict', `The API ${name} does not answer for another reason by now`, {
            next: 'Somebody may be installing or mending it: look again.',
            facts: { expected: reason, found: now },
          });
        }
        const { resourceVersion } = found.metadata ?? {};
        try {
          await api.remove('apiservices', { name, uid, resourceVersion }, context);
        } catch (error) {
          if (!hasStatus(error, 404)) throw error;
          return { outcome: 'already-satisfied' as const, output: { note: 'it was gone already' } };
        }
        return { outcome: 'applied' as const, output: { note: `the registration of ${name} is deleted` } };
      }),

    async probe({ name, uid }, _expected, context) {
      const found = await api.find('apiservices', { name }, context);
      return found?.metadata?.uid === uid && !found.metadata.deletionTimestamp
        ? { state: 'not-applied' }
        : { state: 'applied', output: { note: 'it is gone' } };
    },
  });

/** The registration of this UID, or none; a `conflict` when it was made anew. */
async function sameRegistration(
  api: ApiClient,
  { name, uid }: { readonly name: string; readonly uid: string },
  limits: Limits,
) {
  const found = await api.find('apiservices', { name }, limits);
  if (found && found.metadata?.uid !== uid) {
    throw new StepFailure('conflict', `The API ${name} was registered anew since it was looked at`, {
      next: 'Look whether it answers now.',
    });
  }
  return found;
}

/** A Service that was missed and is there: the registration's own reason is corrected a while later. */
async function comesBack(
  api: ApiClient,
  { registration, reason }: { readonly registration: Registration; readonly reason: string },
  limits: Limits,
): Promise<string | undefined> {
  const { namespace, name } = registration.spec?.service ?? {};
  if (reason !== 'ServiceNotFound' || !namespace || !name) return undefined;
  return (await api.find('services', { namespace, name }, limits)) && `Service ${namespace}/${name} is there`;
}
