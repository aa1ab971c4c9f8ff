import type { RawEndpointSlice, RawService } from '../client/raw.ts';
import type { ServiceSummary } from '../contract/services.ts';
import { clusterIPsOf, protocolOf } from './routing.ts';

/** A Service with the number of ready endpoints behind each of its ports. */
export function summariseService(service: RawService, slices: readonly RawEndpointSlice[]): ServiceSummary {
  const { metadata, spec } = service;
  return {
    namespace: metadata?.namespace ?? '',
    name: metadata?.name ?? '',
    uid: metadata?.uid ?? '',
    created: metadata?.creationTimestamp ?? '',
    type: spec?.type ?? 'ClusterIP',
    clusterIPs: clusterIPsOf(service),
    ports: (spec?.ports ?? []).map((port) => ({
      name: port.name ?? '',
      protocol: protocolOf(port.protocol),
      port: port.port,
      targetPort: String(port.targetPort ?? port.port),
      ...(port.nodePort && { nodePort: port.nodePort }),
      readyEndpoints: readyOf(slices, port.name ?? ''),
    })),
  };
}

/** Addresses, each counted once for every family's slice that names it. */
function readyOf(slices: readonly RawEndpointSlice[], portName: string): number {
  const addresses = slices
    .filter((s) => s.ports?.some((p) => (p.name ?? '') === portName))
    .flatMap((s) =>
      (s.endpoints ?? []).filter((e) => e.conditions?.ready ?? true).flatMap((e) => e.addresses[0] ?? []),
    );
  return new Set(addresses).size;
}
