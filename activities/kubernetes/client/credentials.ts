import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { AgentOptions } from 'node:https';
import { HttpMethod, KubeConfig, RequestContext, type Cluster } from '@kubernetes/client-node';
import { Agent, type Dispatcher } from 'undici';
import { parse as parseYaml } from 'yaml';
import { renewedUser, type RawUser, type RenewedUser } from './renewed-user.ts';

/** A kubeconfig: the path of its file, or the file's content as an object. */
export type Kubeconfig = string | Readonly<Record<string, unknown>>;

export interface Credentials {
  /** For what needs the library itself (exec). */
  readonly config: KubeConfig;
  /** `https://host:port`, without a slash at the end. */
  readonly server: string;
  /** Headers and connection pool for one request, with credentials that are good now. */
  authorise(): Promise<Authorised>;
  /** 401 was answered to that: whether the same request may do better with credentials that are asked anew. */
  refused(authorised: Authorised): boolean;
  close(): Promise<void>;
}

export interface Authorised {
  readonly headers: Record<string, string>;
  readonly dispatcher: Dispatcher | undefined;
  /** What was shown, for `refused`. */
  readonly shown: unknown;
}

/** Throws an Error that names the kubeconfig's wrong part. */
export function loadCredentials(options: {
  kubeconfig: Kubeconfig;
  context?: string | undefined;
}): Credentials {
  const { config, users, directory } = parse(options.kubeconfig);
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
  const raw = users.find((u) => u.name === config.getCurrentUser()?.name)?.user ?? {};
  const user = renewedUser(config, raw, directory);
  const asItIs = keepFresh(config, user);
  return {
    config,
    server: cluster.server.replace(/\/+$/, ''),
    async authorise() {
      const shown = await user.refresh();
      const request = new RequestContext(cluster.server, HttpMethod.GET);
      await asItIs.applySecurityAuthentication(request);
      return { headers: request.getHeaders(), dispatcher: request.getDispatcher(), shown };
    },
    refused: ({ shown }) => user.refused(shown),
    async close() {
      for (const pool of pools.values()) await pool?.destroy();
      pools.clear();
    },
  };
}

interface Parsed {
  readonly config: KubeConfig;
  readonly users: readonly { readonly name: string; readonly user?: RawUser }[];
  readonly directory: string;
}

function parse(kubeconfig: Kubeconfig): Parsed {
  const config = new KubeConfig();
  const usersIn = (raw: unknown) => (raw as Partial<Parsed> | null)?.users ?? [];
  if (typeof kubeconfig !== 'string') {
    config.loadFromString(JSON.stringify(kubeconfig));
    return { config, users: usersIn(kubeconfig), directory: process.cwd() };
  }
  const directory = dirname(kubeconfig);
  try {
    const text = readFileSync(kubeconfig, 'utf8');
    config.loadFromString(text);
    config.makePathsAbsolute(directory);
    return { config, users: usersIn(parseYaml(text)), directory };
  } catch (error) {
    throw new Error(`The kubeconfig ${kubeconfig} cannot be read: ${(error as Error).message}`, {
      cause: error,
    });
  }
}

type ApplyOptions = (this: KubeConfig, options: unknown) => Promise<void>;

/** What the library does by itself (exec in a container) shows good credentials, too. What it gives back does not ask. */
function keepFresh(config: KubeConfig, user: RenewedUser<unknown>): KubeConfig {
  const apply = config['applyOptions'] as ApplyOptions;
  config['applyOptions'] = async function (this: KubeConfig, options: unknown) {
    await user.refresh();
    await apply.call(this, options);
  };
  return Object.create(config, { applyOptions: { value: apply } }) as KubeConfig;
}

/** Connections to one API server at a time; further requests wait for one of them. */
const MOST = 16;

type MakePool = (this: KubeConfig, cluster: Cluster | null, tls: AgentOptions) => Dispatcher | undefined;

/**
 * The library makes a new connection pool for every request, so every request makes a new TLS connection. One pool for
 * each set of TLS options instead: a rotated client certificate gets a new one.
 */
function shareConnections(config: KubeConfig): Map<string, Dispatcher | undefined> {
  const pools = new Map<string, Dispatcher | undefined>();
  const libraryPool = config['createDispatcher'] as MakePool;
  const makePool = (cluster: Cluster | null, tls: AgentOptions) => {
    const options = config.createDispatcherOptions(cluster, tls);
    // Through a proxy it is the library's own.
    return options.type === 'agent'
      ? new Agent({ connect: options.connect, connections: MOST })
      : libraryPool.call(config, cluster, tls);
  };
  config['createDispatcher'] = (cluster: Cluster | null, tls: AgentOptions) => {
    const key = createHash('sha256')
      .update(JSON.stringify([cluster?.server, cluster?.proxyUrl, tls]))
      .digest('hex');
    if (!pools.has(key)) {
      for (const old of pools.values()) void old?.close();
      pools.clear();
      pools.set(key, makePool(cluster, tls));
    }
    return pools.get(key);
  };
  return pools;
}
