import type { ServiceSummary } from '../../activities/kubernetes/contract.ts';
import type { NamedEndpoint } from './crash-cause.ts';

/** A Service that a crash log pointed at, by its own address: from here on nothing comes from the log. */
export interface Dependency {
  readonly namespace: string;
  readonly service: string;
  readonly address: string;
  readonly port: number;
  readonly readyEndpoints: number;
}

/**
 * The Service behind what a log named: by cluster IP, or by DNS name (`postgres`, `postgres.payments`,
 * `postgres.payments.svc.cluster.local`) seen from `namespace`. Undefined when no Service has that address and port.
 */
export function dependencyService(
  named: NamedEndpoint,
  { services, namespace }: { services: readonly ServiceSummary[]; namespace: string },
): Dependency | undefined {
  const [name, of = namespace, svc] = named.host.split('.');
  const found = services.find(
    (s) =>
      s.clusterIPs.includes(named.host) ||
      (s.name === name && s.namespace === of && (svc === undefined || svc === 'svc')),
  );
  const port = found?.ports.find((p) => p.port === named.port && p.protocol === 'TCP');
  const address = found?.clusterIPs[0];
  if (!found || !port || !address || address === 'None') return undefined;
  return {
    namespace: found.namespace,
    service: found.name,
    address,
    port: port.port,
    readyEndpoints: port.readyEndpoints,
  };
}
