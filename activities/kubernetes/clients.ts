import { createApiClient, type ApiClient } from './client/client.ts';
import type { Kubeconfig } from './client/credentials.ts';
import { createWatches, type Watches } from './watching/watches.ts';

export interface KubernetesOptions {
  /** The path of a kubeconfig, or its content as an object. */
  readonly kubeconfig: Kubeconfig;
  /** The kubeconfig's current context when left out. */
  readonly context?: string | undefined;
  /** The limit of one request; 5,000 when left out. */
  readonly requestTimeoutMs?: number | undefined;
  /** Where probe pods live; `default` when left out. */
  readonly probeNamespace?: string | undefined;
  /** The image of debug containers and of debug pods on nodes; the probe pods' when left out. */
  readonly debugImage?: string | undefined;
  /** The image of probe pods; `busybox:stable` when left out. */
  readonly probeImage?: string | undefined;
  /** Of all these images; `IfNotPresent` when left out. */
  readonly imagePullPolicy?: 'IfNotPresent' | 'Never' | undefined;
  /**
   * The command that tries a connection, with `{host}`, `{port}` and `{timeout}` (seconds) in its arguments: exit code 0
   * says that it came up. The default works with any busybox (whose nc has no -z).
   */
  readonly probeCommand?: readonly string[] | undefined;
}

export interface ProbeSettings {
  readonly namespace: string;
  readonly image: string;
  readonly debugImage: string;
  readonly imagePullPolicy: 'IfNotPresent' | 'Never';
  readonly command: readonly string[];
}

/** One cluster through one set of credentials, and how probes are made there. */
export interface KubernetesClient {
  readonly api: ApiClient;
  readonly probe: ProbeSettings;
  readonly watches: Watches;
  /** Ends the pooled connections. */
  close(): Promise<void>;
}

/**
 * `-e true` ends as soon as the connection is up. With standard input closed instead, nc would wait for a server that
 * says nothing for as long as it stays open.
 */
const BUSYBOX_CONNECT = ['nc', '-w', '{timeout}', '{host}', '{port}', '-e', 'true'];

/** What the steps need of one cluster. Throws an Error that names what is wrong with the kubeconfig. */
export function createKubernetesClients(options: KubernetesOptions): KubernetesClient {
  const api = createApiClient({
    kubeconfig: options.kubeconfig,
    context: options.context,
    requestTimeoutMs: options.requestTimeoutMs ?? 5_000,
  });
  const watches = createWatches(api);
  const probeImage = options.probeImage ?? 'busybox:stable';
  return {
    api,
    watches,
    probe: {
      namespace: options.probeNamespace ?? 'default',
      image: probeImage,
      debugImage: options.debugImage ?? probeImage,
      imagePullPolicy: options.imagePullPolicy ?? 'IfNotPresent',
      command: options.probeCommand ?? BUSYBOX_CONNECT,
    },
    close: () => {
      watches.close();
      return api.close();
    },
  };
}
