import { applyManifests, type Manifest } from '../control-plane/apply-manifests.ts';
import { until } from '../machine/until.ts';
import type { Scenario } from './scenario.ts';
import { deployment, SHOP } from './shop.ts';

const storefront = (version: string) =>
  deployment({
    name: 'storefront',
    replicas: 2,
    spec: { selector: { matchLabels: { app: 'storefront' } } },
    labels: { version },
    container: { ports: [{ name: 'http', containerPort: 8080 }] },
  });

const service = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'storefront', namespace: SHOP },
  spec: { selector: { app: 'storefront', version: '1' }, ports: [{ port: 80, targetPort: 'http' }] },
} as Manifest;

const SLICES = `/apis/discovery.k8s.io/v1/namespaces/${SHOP}/endpointslices?labelSelector=kubernetes.io%2Fservice-name%3Dstorefront`;
interface Slices {
  readonly items: readonly { readonly endpoints?: readonly { conditions?: { ready?: boolean } }[] | null }[];
}

export const serviceWithoutEndpoints: Scenario = {
  shows: 'Version 2 of storefront is labelled so; its Service still selects version 1.',
  async play({ api }) {
    const endpoints = async () =>
      (await api.call<Slices>('GET', SLICES)).items.flatMap((slice) =>
        (slice.endpoints ?? []).filter((e) => e.conditions?.ready),
      ).length;
    await applyManifests(api, [storefront('1'), service]);
    await until('storefront has two endpoints', async () => (await endpoints()) === 2, {
      within: 300_000,
      every: 300,
    });
    await applyManifests(api, [storefront('2')]);
    await until('storefront has none', async () => (await endpoints()) === 0, {
      within: 300_000,
      every: 300,
    });
  },
};
