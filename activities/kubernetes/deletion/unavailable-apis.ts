import { implementRead } from '../../kit/index.ts';
import type { ApiClient } from '../client/client.ts';
import { printable } from '../client/failure.ts';
import type { Limits } from '../client/http.ts';
import type { ObjectOf } from '../client/raw.ts';
import type { KubernetesClient } from '../clients.ts';
import { kubernetes } from '../contract.ts';

export type Registration = ObjectOf<'apiservices'>;

/** The Available condition, where it is not True; undefined for an API that answers. */
export function unavailability({ status }: Registration) {
  const condition = status?.conditions?.find((c) => c.type === 'Available');
  if (condition?.status === 'True') return undefined;
  return {
    reason: condition?.reason ?? 'Unknown',
    message: printable(condition?.message ?? 'the API server has not said whether it is available', 300),
    since: condition?.lastTransitionTime ?? null,
  };
}

export const unavailableApis = ({ api }: KubernetesClient) =>
  implementRead(kubernetes.unavailableApis, async (_, context) => {
    const { items } = await api.list('apiservices', {}, context);
    const out = items.flatMap((item) => {
      const why = unavailability(item);
      return why ? [{ item, why }] : [];
    });
    const apis = await Promise.all(
      out.map(async ({ item, why }) => ({
        name: item.metadata?.name ?? '',
        uid: item.metadata?.uid ?? '',
        ...why,
        ...(await backendOf(api, item, context)),
      })),
    );
    return { apis: apis.sort((a, b) => (a.name < b.name ? -1 : 1)) };
  });

/** The Service that should answer for it, and the Deployments whose pods it selects. */
async function backendOf(api: ApiClient, { spec }: Registration, limits: Limits) {
  const { namespace, name } = spec?.service ?? {};
  if (!namespace || !name) return { service: null, servedBy: [] };
  const service = await api.find('services', { namespace, name }, limits);
  const selected = Object.entries(service?.spec?.selector ?? {});
  const deployments = selected.length > 0 ? (await api.list('deployments', { namespace }, limits)).items : [];
  return {
    service: { namespace, name, found: service !== undefined },
    servedBy: deployments
      .filter((d) => selected.every(([k, v]) => d.spec?.template?.metadata?.labels?.[k] === v))
      .map((d) => d.metadata?.name ?? ''),
  };
}
