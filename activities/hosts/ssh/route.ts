/** The way to a host: the hosts to go through and the host itself, each with all that a connection to it needs. */
import { StepFailure } from '../../kit/index.ts';
import type { IdentitySources } from './identities.ts';
import { knownHostName } from './known-hosts.ts';
import { agentSocket, askSsh, type AsSshSees } from './ssh-config.ts';

export interface SshConfig {
  /** What is named here wins over what the ssh_config says. */
  readonly user?: string | undefined;
  readonly port?: number | undefined;
  /** A private key without a passphrase that this process can read, or the public half of one that the agent holds. */
  readonly identityFile?: string | undefined;
  /** The key's certificate where it is not beside it (`KEY-cert.pub`). */
  readonly certificateFile?: string | undefined;
  /** The agent, as IdentityAgent is written: a socket's path, `SSH_AUTH_SOCK` or `$NAME`. */
  readonly agent?: string | undefined;
  readonly knownHostsFile?: string | readonly string[] | undefined;
  /** An ssh_config; OpenSSH's own `ssh -G` reads it. */
  readonly sshConfigFile?: string | undefined;
  /** Where a host of this name is reached, when its name does not resolve; its key is still looked up by name. */
  readonly addresses?: Readonly<Record<string, string>> | undefined;
  readonly connectTimeoutMs: number;
  /** For ssh, for variables in an ssh_config and for the agent; that of the process when left out. */
  readonly environment?: NodeJS.ProcessEnv | undefined;
}

export interface Hop {
  /** As it was asked for. */
  readonly host: string;
  readonly address: string;
  readonly port: number;
  readonly user: string;
  /** How known_hosts files call it. */
  readonly name: string;
  /** What a host certificate must be for. */
  readonly principal: string;
  readonly knownHosts: { readonly files: readonly string[]; readonly required: boolean };
  readonly revokedHostKeys: string | undefined;
  readonly identities: IdentitySources;
  readonly connectTimeoutMs: number;
}

/** The last is the host itself. */
export type Route = readonly [...through: Hop[], host: Hop];

const MOST_HOPS = 8;

export async function routeTo(config: SshConfig, host: string): Promise<Route> {
  const { sshConfigFile } = config;
  if (sshConfigFile === undefined) return [directHop(config, host)];
  return through({ config, sshConfigFile }, { host }, []);
}

interface From {
  readonly config: SshConfig;
  readonly sshConfigFile: string;
}

interface Asked {
  readonly host: string;
  readonly user?: string | undefined;
  readonly port?: number | undefined;
  /** Hops that are named before this one, in place of its own. */
  readonly after?: Route | undefined;
}

async function through(from: From, asked: Asked, onTheWay: readonly string[]): Promise<Route> {
  const { config, sshConfigFile } = from;
  if (onTheWay.length > MOST_HOPS) {
    throw new StepFailure(
      'invalid',
      `${sshConfigFile} leads in a circle: ${[...onTheWay, asked.host].join(' → ')}`,
      {
        next: 'Correct ProxyJump: write ProxyJump none for the host to go through.',
      },
    );
  }
  const last = onTheWay.length === 0;
  const seen = await askSsh({
    host: asked.host,
    configFile: sshConfigFile,
    user: last ? config.user : asked.user,
    port: last ? config.port : asked.port,
    environment: config.environment ?? process.env,
  });
  const hop = hopOf({ config, host: asked.host, seen, last });
  if (asked.after) return [...asked.after, hop];
  let route: Route | undefined;
  for (const written of seen.proxyJump) {
    const next = parseJump(written, sshConfigFile);
    route = await through(from, { ...next, after: route }, [...onTheWay, asked.host]);
  }
  return route ? [...route, hop] : [hop];
}

/** `[user@]host[:port]`, IPv6 in brackets, or the same as `ssh://…`. */
export function parseJump(written: string, file: string): Pick<Asked, 'host' | 'user' | 'port'> {
  const found = /^(?:ssh:\/\/)?(?:([^@]+)@)?(?:\[([^\]]+)\]|([^:[\]]+))(?::(\d{1,5}))?\/?$/.exec(written);
  const host = found?.[2] ?? found?.[3];
  if (!found || !host) {
    throw new StepFailure('invalid', `${file}: "${written}" is not a host to jump through`, {
      next: 'Write ProxyJump [user@]host[:port], several with commas between.',
    });
  }
  return { host, user: found[1], port: found[4] === undefined ? undefined : Number(found[4]) };
}

function directHop(config: SshConfig, host: string): Hop {
  const { user, port = 22, addresses = {}, connectTimeoutMs, knownHostsFile } = config;
  if (user === undefined || knownHostsFile === undefined) {
    throw new StepFailure(
      'invalid',
      `nobody says as which user to reach ${host}, or where its key is known`,
      {
        next: 'Write hosts.user and hosts.knownHostsFile in the configuration, or hosts.sshConfigFile.',
      },
    );
  }
  return {
    host,
    address: addresses[host] ?? host,
    port,
    user,
    name: knownHostName(host, port),
    principal: host,
    knownHosts: { files: [knownHostsFile].flat(), required: true },
    revokedHostKeys: undefined,
    identities: ownIdentities(config),
    connectTimeoutMs,
  };
}

function hopOf({ config, host, seen, last }: Seen): Hop {
  const { addresses = {}, knownHostsFile } = config;
  return {
    host,
    address: addresses[host] ?? seen.hostname,
    port: seen.port,
    user: seen.user,
    name: seen.hostKeyAlias?.toLowerCase() ?? knownHostName(seen.hostname, seen.port),
    principal: seen.hostKeyAlias ?? seen.hostname,
    knownHosts:
      knownHostsFile === undefined
        ? { files: seen.knownHostsFiles, required: false }
        : { files: [knownHostsFile].flat(), required: true },
    revokedHostKeys: seen.revokedHostKeys,
    identities: identitiesFor({ config, seen, last }),
    connectTimeoutMs: seen.connectTimeoutMs ?? config.connectTimeoutMs,
  };
}

interface Seen {
  readonly config: SshConfig;
  readonly host: string;
  readonly seen: AsSshSees;
  /** The host itself, not one on the way to it. */
  readonly last: boolean;
}

/** The host itself takes the identity of the configuration, where there is one; who only forwards takes any of both. */
function identitiesFor({ config, seen, last }: Omit<Seen, 'host'>): IdentitySources {
  const own = ownIdentities(config);
  const named = own.files.length > 0 || own.agent !== undefined;
  if (last && named) return own;
  const optional = seen.identityFiles.map((path) => ({ path, required: false }));
  const certificates = seen.certificateFiles.map((path) => ({ path, required: true }));
  return {
    files: [...optional, ...own.files],
    certificateFiles: [...certificates, ...own.certificateFiles],
    agent: seen.agent ?? own.agent,
    filesOnly: seen.identitiesOnly,
  };
}

/** Only what the configuration names: a process that may only read must not find the changing key in an agent. */
function ownIdentities({
  identityFile,
  certificateFile,
  agent,
  environment = process.env,
}: SshConfig): IdentitySources {
  const required = (path: string | undefined) => (path === undefined ? [] : [{ path, required: true }]);
  return {
    files: required(identityFile),
    certificateFiles: required(certificateFile),
    agent: agent === undefined ? undefined : agentSocket(agent, environment),
    filesOnly: identityFile !== undefined,
  };
}
