import { applyManifests } from '../control-plane/apply-manifests.ts';
import type { ClusterApi } from '../control-plane/cluster-api.ts';

export const MERCHANTS = { namespace: 'merchants', services: 400, endpointsEach: 6 } as const;

const nameOf = (number: number): string => `merchant-${String(number).padStart(3, '0')}`;

/** Onboards merchants: for each a Service with six endpoints outside the cluster. Those that exist already stay. */
export async function onboardMerchants(
  api: ClusterApi,
  services: number = MERCHANTS.services,
): Promise<void> {
  const { namespace } = MERCHANTS;
  await applyManifests(api, [{ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } }]);
  await eachAtOnce(16, services, async (index) => {
    await create(api, `/api/v1/namespaces/${namespace}/services`, service(nameOf(index + 1)));
    await create(
      api,
      `/apis/discovery.k8s.io/v1/namespaces/${namespace}/endpointslices`,
      endpointSlice(nameOf(index + 1), index),
    );
  });
}

/** Removes every merchant; the empty namespace stays, so that the next onboarding need not wait for its end. */
export async function offboardMerchants(api: ClusterApi): Promise<void> {
  const { namespace } = MERCHANTS;
  for (const collection of [
    `/api/v1/namespaces/${namespace}/services`,
    `/apis/discovery.k8s.io/v1/namespaces/${namespace}/endpointslices`,
  ]) {
    await api.call('DELETE', collection);
  }
}

export async function countMerchants(api: ClusterApi): Promise<number> {
  const path = `/api/v1/namespaces/${MERCHANTS.namespace}/services`;
  return (await api.call<{ items: unknown[] }>('GET', path)).items.length;
}

async function create(api: ClusterApi, path: string, object: object): Promise<void> {
  const { status, body } = await api.request('POST', path, object);
  if (status !== 201 && status !== 409) throw new Error(`POST ${path}: ${status} ${body}`);
}

function service(name: string): object {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, labels: { 'payments.example/merchant': name } },
    spec: { ports: [{ name: 'https', port: 443, targetPort: 8443 }] },
  };
}

/** Addresses are of 198.51.100.0/24 (RFC 5737): nobody's, and nobody connects to them. */
function endpointSlice(service: string, index: number): object {
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: {
      name: service,
      labels: {
        'kubernetes.io/service-name': service,
        'endpointslice.kubernetes.io/managed-by': 'onboarding',
      },
    },
    addressType: 'IPv4',
    ports: [{ name: 'https', port: 8443, protocol: 'TCP' }],
    endpoints: Array.from({ length: MERCHANTS.endpointsEach }, (_, endpoint) => ({
      addresses: [`198.51.100.${1 + ((index * MERCHANTS.endpointsEach + endpoint) % 250)}`],
      conditions: { ready: true },
    })),
  };
}

async function eachAtOnce(
  atOnce: number,
  count: number,
  work: (index: number) => Promise<void>,
): Promise<void> {
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < count) await work(next++);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
}
