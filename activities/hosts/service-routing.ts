/**
 * What the cluster's API says about Services, as far as a node's routing depends on it. The worker wires it from the
 * Kubernetes client; hosts know nothing of that client.
 */

/** One endpoint of a Service port. Endpoints that neither serve nor are ready are left out. */
export interface RoutedEndpoint {
  readonly address: string;
  readonly port: number;
  /** The node that it runs on, from the EndpointSlice; `null` where the slice says none. */
  readonly node: string | null;
  /** `ready`, or `serving` while it terminates: used only where a Service has no ready endpoint (KEP-1669). */
  readonly state: 'ready' | 'serving';
}

/** One port of one Service under one of its cluster IPs. A dual-stack Service gives one entry for each family. */
export interface RoutedPort {
  readonly namespace: string;
  readonly service: string;
  /** The port's name; empty for a single unnamed port. */
  readonly portName: string;
  /** `'None'` or empty: headless or ExternalName, for which kube-proxy writes nothing. */
  readonly clusterIP: string;
  readonly protocol: 'TCP' | 'UDP' | 'SCTP';
  readonly port: number;
  readonly endpoints: readonly RoutedEndpoint[];
  /** Spec type `ExternalName`. */
  readonly externalName: boolean;
  /** Label `service.kubernetes.io/service-proxy-name`: another proxy looks after it. */
  readonly otherProxy: boolean;
  /** Local: only endpoints on the node itself are used for its cluster IP. */
  readonly internalTrafficPolicy: 'Cluster' | 'Local';
  /** Traffic distribution or topology hints: a node may use some of the endpoints only. */
  readonly topologyAware: boolean;
}

export interface ServiceRouting {
  readonly ports: readonly RoutedPort[];
}
