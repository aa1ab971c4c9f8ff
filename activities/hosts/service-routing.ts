/**
 * What the cluster's API says about Services, as far as a node's routing depends on it. The worker wires it from the
 * Kubernetes client, which answers in these types; hosts know nothing of that client.
 */

/** One endpoint that kube-proxy would use: ready, or serving while it terminates where none is ready (KEP-1669). */
export interface RoutedEndpoint {
  readonly address: string;
  readonly port: number;
  /** The node that it runs on, from the EndpointSlice; `null` where the slice says none. */
  readonly node: string | null;
}

/** One port of one Service. */
export interface RoutedPort {
  readonly namespace: string;
  readonly service: string;
  /** The port's name; empty for a single unnamed port. */
  readonly portName: string;
  readonly protocol: 'TCP' | 'UDP' | 'SCTP';
  readonly port: number;
  /** One for each family. */
  readonly clusterIPs: readonly string[];
  /** Local: a node uses only the endpoints on itself for the cluster IP. */
  readonly internalTrafficPolicy: 'Cluster' | 'Local';
  /** Topology hints: a node may rightly use some of the endpoints only. */
  readonly hints: boolean;
  /** Of both families; empty where the Service has none. */
  readonly endpoints: readonly RoutedEndpoint[];
}

/**
 * Every Service port that this cluster's kube-proxy writes rules for: without headless Services, ExternalName, and those
 * with the label `service.kubernetes.io/service-proxy-name`, which another proxy looks after.
 */
export type ServiceRouting = readonly RoutedPort[];
