/** The last step of parsing: paths that count from the configuration file's directory become absolute. */
import { isAbsolute, join } from 'node:path';
import type { z } from 'zod';
import { clustersOf, type Cluster, type KubernetesAccess } from './clusters.ts';
import type { ConfigSchema } from './schema.ts';
import { Secret } from './secret.ts';

export type Parsed = z.output<typeof ConfigSchema>;
type TellingChannel = NonNullable<Parsed['telling']>['channels'][string];
type Senders = NonNullable<Parsed['gateway']['senders']>;
type HostAccess = NonNullable<NonNullable<Parsed['hosts']>['read']>;

/** A parsed configuration: every default filled in, every path absolute. */
export type Config = Omit<Parsed, 'cluster' | 'clusters' | 'defaultCluster'> & {
  /** The default first, whose `hosts` are those below; none where none is configured. */
  readonly clusters: readonly Cluster[];
  readonly keysDir: string;
  readonly witness: { readonly file: string };
};

export function withAbsolutePaths(parsed: Parsed, baseDir: string): Config {
  const absolute = (path: string) => (isAbsolute(path) ? path : join(baseDir, path));
  const secret = (s: Secret) => (s.file === undefined ? s : new Secret({ file: absolute(s.file) }));
  const config = secretsOf(parsed, secret);
  const kubernetes = (access: KubernetesAccess): KubernetesAccess =>
    'inCluster' in access
      ? { ...access, serviceAccount: absolute(access.serviceAccount) }
      : { ...access, kubeconfig: absolute(access.kubeconfig) };
  const maybe = (path: string | undefined) => (path === undefined ? undefined : absolute(path));
  const login = (access: HostAccess | undefined) =>
    access && {
      identityFile: maybe(access.identityFile),
      certificateFile: maybe(access.certificateFile),
      agent: /^(\$|SSH_AUTH_SOCK$)/.test(access.agent ?? '$') ? access.agent : maybe(access.agent),
    };
  const tlsFiles = (senders: Senders): Senders => ({
    ...senders,
    ...{ certFile: absolute(senders.certFile), keyFile: absolute(senders.keyFile) },
    clientCaFile: absolute(senders.clientCaFile),
  });
  const { telling } = config;
  const channel = ({ email, ...others }: TellingChannel): TellingChannel => ({
    ...others,
    ...(email && { email: { ...email, caFile: maybe(email.caFile) } }),
  });
  const onHosts = (hosts: Cluster['hosts']): Cluster['hosts'] =>
    hosts && {
      ...hosts,
      knownHostsFile: hosts.knownHostsFile && [hosts.knownHostsFile].flat().map(absolute),
      sshConfigFile: maybe(hosts.sshConfigFile),
      read: login(hosts.read),
      change: login(hosts.change),
    };
  const { cluster: _one, clusters: _several, defaultCluster: _default, ...asItIs } = config;
  const { tickets } = config;
  const clusters = clustersOf(config);
  const stateDir = absolute(config.stateDir);
  return {
    ...asItIs,
    stateDir,
    runbooks: config.runbooks === undefined ? undefined : absolute(config.runbooks),
    steps: config.steps === undefined ? undefined : absolute(config.steps),
    keysDir: absolute(config.keysDir ?? join(stateDir, 'keys')),
    onCall: config.onCall && { file: absolute(config.onCall.file) },
    witness: { file: absolute(config.witness?.file ?? join(stateDir, 'checkpoints.txt')) },
    hosts: onHosts(config.hosts ?? clusters[0]?.hosts),
    clusters: clusters.map((one) => ({
      ...one,
      read: kubernetes(one.read),
      change: kubernetes(one.change),
      hosts: onHosts(one.hosts),
    })),
    gateway: { ...config.gateway, senders: config.gateway.senders && tlsFiles(config.gateway.senders) },
    tickets: tickets && { ...tickets, folder: maybe(tickets.folder) },
    telling: telling && { ...telling, channels: mapValues(telling.channels, channel) },
  };
}

const mapValues = <T>(record: Readonly<Record<string, T>>, change: (value: T) => T): Record<string, T> =>
  Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]));

/** The same value with each of its secrets in another form. */
function secretsOf<T>(value: T, change: (secret: Secret) => Secret): T;
function secretsOf(value: unknown, change: (secret: Secret) => Secret): unknown {
  if (value instanceof Secret) return change(value);
  if (Array.isArray(value)) return value.map((item: unknown) => secretsOf(item, change));
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype)
    return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, secretsOf(item, change)]));
}
