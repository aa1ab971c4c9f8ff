import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { AgentOptions } from 'node:https';
import { HttpMethod, KubeConfig, RequestContext, type Cluster } from '@kubernetes/client-node';
import type { Dispatcher } from 'undici';

/** A kubeconfig: the path of its file, or the file's content as an object. */
export type Kubeconfig = string | Readonly<Record<string, unknown>>;

export interface Credentials {
  /** For what needs the library itself (exec). */
  readonly config: KubeConfig;
  /** `https://host:port`, without a slash at the end. */
  readonly server: string;
  /** Headers and connection pool for one request. Tokens are renewed by the kubeconfig's own plugin. */
  authorise(): Promise<{ headers: Record<string, string>; dispatcher: Dispatcher | undefined }>;
  close(): Promise<void>;
}

/** Throws an Error that names the kubeconfig's wrong part. */
export function loadCredentials(options: {
  kubeconfig: Kubeconfig;
  context?: string | undefined;
}): Credentials {
  const config = parse(options.kubeconfig);
  const known = config.getContexts().map((c) => c.name);
  const context = options.context ?? config.getCurrentContext();
  if (!known.includes(context)) {
    throw new Error(`The kubeconfig has no context "${context}"; it has ${known.join(', ') || 'none'}`);
  }
  config.setCurrentContext(context);
  const cluster = config.getCurrentCluster();
  if (!cluster?.server)
    throw new Error(`The context "${context}" of the kubeconfig names no cluster with a server`);
  const pools = shareConnections(config);
  return {
    config,
    server: cluster.server.replace(/\/+$/, ''),
    async authorise() {
      const request = new RequestContext(cluster.server, HttpMethod.GET);
      await config.applySecurityAuthentication(request);
      return { headers: request.getHeaders(), dispatcher: request.getDispatcher() };
    },
    async close() {
      for (const pool of pools.values()) await pool?.destroy();
      pools.clear();
    },
  };
}

function parse(kubeconfig: Kubeconfig): KubeConfig {
  const config = new KubeConfig();
  if (typeof kubeconfig !== 'string') {
    config.loadFromString(JSON.stringify(kubeconfig));
    return config;
  }
  try {
    config.loadFromString(readFileSync(kubeconfig, 'utf8'));
  } catch (error) {
    throw new Error(`The kubeconfig ${kubeconfig} cannot be read: ${(error as Error).message}`, {
      cause: error,
    });
  }
  config.makePathsAbsolute(dirname(kubeconfig));
  return config;
}

type MakeDispatcher = (
  this: KubeConfig,
  cluster: Cluster | null,
  tls: AgentOptions,
) => Dispatcher | undefined;

/**
 * The library makes a new connection pool for every request, so every request makes a new TLS connection. One pool for
 * each set of TLS options instead: a rotated client certificate gets a new one.
 */
function shareConnections(config: KubeConfig): Map<string, Dispatcher | undefined> {
  const pools = new Map<string, Dispatcher | undefined>();
  const make = config['createDispatcher'] as MakeDispatcher;
  config['createDispatcher'] = (cluster: Cluster | null, tls: AgentOptions) => {
    const key = createHash('sha256')
      .update(JSON.stringify([cluster?.server, cluster?.proxyUrl, tls]))
      .digest('hex');
    if (!pools.has(key)) {
      for (const old of pools.values()) void old?.close();
      pools.clear();
      pools.set(key, make.call(config, cluster, tls));
    }
    return pools.get(key);
  };
  return pools;
}
