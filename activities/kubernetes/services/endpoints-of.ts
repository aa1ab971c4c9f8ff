import type { z } from 'zod';
import { implementRead } from '../../kit/index.ts';
import type { RawEndpointSlice, RawPod, RawService } from '../client/raw.ts';
import type { KubernetesClient } from '../clients.ts';
import { kubernetes } from '../contract.ts';
import type { Pod } from '../contract/pods.ts';
import { summariseAlone } from '../pods/read-pods.ts';
import { truncation } from '../truncated.ts';
import { summariseService } from './summarise-service.ts';

const SHOWN = 200;
const SAID = 20;

type Output = z.output<(typeof kubernetes.endpointsOf)['contract']['output']>;
type Endpoint = Output['endpoints'][number];

export const endpointsOf = ({ api }: KubernetesClient) =>
  implementRead(kubernetes.endpointsOf, async ({ namespace, service: name }, context) => {
    const [service, slices] = await Promise.all([
      api.get('services', { namespace, name }, context),
      api.list('endpointslices', { namespace, labelSelector: `kubernetes.io/service-name=${name}` }, context),
    ]);
    const pods = (await api.list('pods', { namespace }, context)).items;
    return describeEndpoints({ service, slices: slices.items, pods });
  });

/** Pure: the three kinds of objects side by side. `pods`: all of the namespace. */
export function describeEndpoints({
  service,
  slices,
  pods,
}: {
  readonly service: RawService;
  readonly slices: readonly RawEndpointSlice[];
  readonly pods: readonly RawPod[];
}): Output {
  const selector = service.spec?.selector;
  const byUid = new Map(pods.map((p) => [p.metadata?.uid, summariseAlone(p)]));
  const endpoints = slices.flatMap((slice) =>
    (slice.endpoints ?? []).map((e): Endpoint => {
      const pod = e.targetRef?.kind === 'Pod' ? byUid.get(e.targetRef.uid) : undefined;
      return {
        address: e.addresses[0] ?? '',
        ready: e.conditions?.ready ?? true,
        serving: e.conditions?.serving ?? e.conditions?.ready ?? true,
        terminating: e.conditions?.terminating ?? false,
        node: e.nodeName ?? null,
        zone: e.zone ?? null,
        ports: (slice.ports ?? []).map((p) => ({
          name: p.name ?? '',
          protocol: p.protocol ?? 'TCP',
          port: p.port ?? 0,
        })),
        pod: pod ? { name: pod.name, uid: pod.uid, ready: pod.ready, podIP: pod.podIP } : null,
      };
    }),
  );
  const selected = selector ? pods.filter((p) => matches(p, selector)).map(summariseAlone) : [];
  const summary = summariseService(service, slices);
  return {
    service: summary,
    selector: selector
      ? Object.entries(selector)
          .map(([k, v]) => `${k}=${v}`)
          .join(',')
      : null,
    ready: endpoints.filter((e) => e.ready).length,
    endpoints: endpoints.slice(0, SHOWN),
    mismatches: mismatches({
      service: summary,
      slices,
      endpoints,
      selected,
      hasSelector: selector !== undefined,
    }).slice(0, SAID),
    ...truncation({ kept: Math.min(SHOWN, endpoints.length), of: endpoints.length, what: 'endpoints' }),
  };
}

function mismatches(seen: {
  readonly service: Output['service'];
  readonly slices: readonly RawEndpointSlice[];
  readonly endpoints: readonly Endpoint[];
  readonly selected: readonly Pod[];
  readonly hasSelector: boolean;
}): string[] {
  const { service, slices, endpoints, selected } = seen;
  const said: string[] = [];
  if (seen.hasSelector && selected.length === 0) said.push('no pod matches the selector');
  for (const slice of slices) {
    for (const { addresses, targetRef } of slice.endpoints ?? []) {
      const known = endpoints.find((e) => e.address === addresses[0]);
      if (targetRef?.kind === 'Pod' && known && known.pod === null) {
        said.push(`endpoint ${addresses[0]} belongs to pod ${targetRef.name}, which is gone`);
      }
    }
  }
  for (const e of endpoints) {
    if (e.pod && e.pod.podIP !== e.address && !e.address.includes(':')) {
      said.push(
        `endpoint ${e.address} belongs to pod ${e.pod.name}, whose address is ${e.pod.podIP ?? 'none'}`,
      );
    }
    if (e.pod && e.ready && !e.pod.ready) {
      said.push(`endpoint ${e.address} is ready, but its pod ${e.pod.name} is not`);
    }
  }
  for (const pod of selected) {
    if (pod.ready && pod.condition !== 'terminating' && !endpoints.some((e) => e.pod?.uid === pod.uid)) {
      said.push(`pod ${pod.name} is ready and matches the selector, but is no endpoint`);
    }
  }
  for (const port of service.ports) {
    if (port.readyEndpoints === 0) {
      said.push(`port ${port.name || port.port}/${port.protocol} has no ready endpoint`);
    }
  }
  return said;
}

const matches = (pod: RawPod, selector: Record<string, string>) =>
  Object.entries(selector).every(([key, value]) => pod.metadata?.labels?.[key] === value);
