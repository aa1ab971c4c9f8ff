/**
 * Which Service ports lead to which endpoints: what a node's rules should say. Endpoints are chosen as kube-proxy does
 * (KEP-1669, pkg/proxy/topology.go): the ready ones, and where none is ready those that still serve while terminating.
 */
import type { RoutedPort } from '../../hosts/service-routing.ts';
import type { ApiClient } from '../client/client.ts';
import type { Limits } from '../client/http.ts';
import type { RawEndpointSlice, RawService } from '../client/raw.ts';

/** Every Service port that kube-proxy has to route, with its endpoints (none: it has to reject). */
export async function readServiceRouting(api: ApiClient, limits: Limits): Promise<RoutedPort[]> {
  const [services, slices] = await Promise.all([
    api.list('services', { atMost: 50_000 }, limits),
    api.list('endpointslices', { atMost: 50_000 }, limits),
  ]);
  return serviceRouting(services.items, slices.items);
}

/** Leaves out what kube-proxy does not route: headless Services, ExternalName, another service proxy's. */
export function serviceRouting(
  services: readonly RawService[],
  slices: readonly RawEndpointSlice[],
): RoutedPort[] {
  const bySlice = slicesByService(slices);
  return services.flatMap((service) => {
    const { metadata, spec } = service;
    const clusterIPs = clusterIPsOf(service);
    const otherProxy = metadata?.labels?.['service.kubernetes.io/service-proxy-name'] !== undefined;
    if (spec?.type === 'ExternalName' || clusterIPs.length === 0 || otherProxy) return [];
    const own = bySlice.get(keyOf(metadata?.namespace, metadata?.name)) ?? [];
    return (spec?.ports ?? []).map((port): RoutedPort => {
      const chosen = endpointsOfPort(own, port.name ?? '');
      return {
        namespace: metadata?.namespace ?? '',
        service: metadata?.name ?? '',
        portName: port.name ?? '',
        protocol: protocolOf(port.protocol),
        port: port.port,
        clusterIPs,
        internalTrafficPolicy: spec?.internalTrafficPolicy === 'Local' ? 'Local' : 'Cluster',
        hints: chosen.some((e) => e.hinted),
        endpoints: chosen.map(({ address, port: number, node }) => ({ address, port: number, node })),
      };
    });
  });
}

export function slicesByService(slices: readonly RawEndpointSlice[]): Map<string, RawEndpointSlice[]> {
  const found = new Map<string, RawEndpointSlice[]>();
  for (const slice of slices) {
    const service = slice.metadata?.labels?.['kubernetes.io/service-name'];
    if (!service) continue;
    const key = keyOf(slice.metadata?.namespace, service);
    found.set(key, [...(found.get(key) ?? []), slice]);
  }
  return found;
}

export const keyOf = (namespace: string | undefined, name: string | undefined) => `${namespace}/${name}`;

export const protocolOf = (protocol: string | undefined) =>
  protocol === 'UDP' || protocol === 'SCTP' ? protocol : 'TCP';

export function clusterIPsOf({ spec }: RawService): string[] {
  const addresses = spec?.clusterIPs ?? (spec?.clusterIP ? [spec.clusterIP] : []);
  return spec?.type === 'ExternalName' ? [] : addresses.filter((a) => a !== 'None' && a !== '');
}

/** A slice's endpoints of the port with this name. `ready` left out means ready (discovery/v1). */
export function endpointsOfPort(slices: readonly RawEndpointSlice[], portName: string) {
  const all = slices.flatMap((slice) => {
    const number = slice.ports?.find((p) => (p.name ?? '') === portName)?.port;
    if (number === undefined) return [];
    return (slice.endpoints ?? []).flatMap((e) =>
      e.addresses.slice(0, 1).map((address) => ({
        address,
        port: number,
        node: e.nodeName ?? null,
        hinted: e.hints !== undefined,
        ready: e.conditions?.ready ?? true,
        serving: e.conditions?.serving ?? e.conditions?.ready ?? true,
      })),
    );
  });
  const ready = all.filter((e) => e.ready);
  return ready.length > 0 ? ready : all.filter((e) => e.serving);
}
