/** What OpenSSH itself makes of a host: `ssh -G`, read. So an ssh_config means here what it means to ssh. */
import { execFile } from 'node:child_process';
import { homedir, userInfo } from 'node:os';
import { StepFailure } from '../../kit/index.ts';

export interface AsSshSees {
  readonly hostname: string;
  readonly port: number;
  readonly user: string;
  readonly identityFiles: readonly string[];
  readonly certificateFiles: readonly string[];
  readonly identitiesOnly: boolean;
  /** The agent's socket; nothing when there is none. */
  readonly agent: string | undefined;
  readonly knownHostsFiles: readonly string[];
  readonly revokedHostKeys: string | undefined;
  readonly hostKeyAlias: string | undefined;
  readonly connectTimeoutMs: number | undefined;
  /** `[user@]host[:port]` of each hop, first first. */
  readonly proxyJump: readonly string[];
}

export interface AskedOfSsh {
  readonly host: string;
  readonly configFile: string;
  /** What is written elsewhere and wins over the file. */
  readonly user?: string | undefined;
  readonly port?: number | undefined;
  readonly environment: NodeJS.ProcessEnv;
}

const LIMIT_MS = 10_000;
const HOST = /^[A-Za-z0-9:]([A-Za-z0-9.:_-]{0,251}[A-Za-z0-9])?$/;
const USER = /^[A-Za-z0-9_][A-Za-z0-9_.@-]{0,63}$/;

/** Rejects with an `invalid` failure where the file, or ssh, cannot be used. */
export async function askSsh(asked: AskedOfSsh): Promise<AsSshSees> {
  const { host, configFile, user, port, environment } = asked;
  // ssh puts the name into the commands of Match exec; no shell may read it twice.
  if (!HOST.test(host)) throw new StepFailure('invalid', `"${host}" is not a host name or address`);
  if (user !== undefined && !USER.test(user)) {
    throw new StepFailure('invalid', `"${user}" is not the name of an SSH user`);
  }
  const words = ['-G', '-F', configFile];
  if (user !== undefined) words.push('-l', user);
  if (port !== undefined) words.push('-p', String(port));
  const printed = await new Promise<string>((resolve, reject) => {
    execFile(
      'ssh',
      [...words, '--', host],
      { env: environment, timeout: LIMIT_MS, maxBuffer: 1024 * 1024, encoding: 'utf8' },
      (error, stdout, stderr) =>
        error ? reject(sshFailure(error, { host, configFile, stderr })) : resolve(stdout),
    );
  });
  return parseSshConfig(printed, { host, configFile, environment });
}

interface About {
  readonly host: string;
  readonly configFile: string;
  readonly environment: NodeJS.ProcessEnv;
}

/** `printed` is what `ssh -G` writes: one `keyword value` a line, keywords in lower case. */
export function parseSshConfig(printed: string, { host, configFile, environment }: About): AsSshSees {
  const values = new Map<string, string[]>();
  for (const line of printed.split('\n')) {
    const at = line.indexOf(' ');
    if (at <= 0) continue;
    const keyword = line.slice(0, at).toLowerCase();
    values.set(keyword, [...(values.get(keyword) ?? []), line.slice(at + 1).trim()]);
  }
  const one = (keyword: string): string | undefined => {
    const value = values.get(keyword)?.[0];
    return value === undefined || value === '' || value.toLowerCase() === 'none' ? undefined : value;
  };
  const command = one('proxycommand');
  if (command !== undefined) {
    throw new StepFailure('invalid', `${configFile} reaches ${host} by a ProxyCommand, which is not run`, {
      next: 'Write ProxyJump in its place (ProxyJump bastion is what ssh -W %h:%p bastion does): each hop’s key is checked then.',
      facts: { host },
    });
  }
  const hostname = one('hostname') ?? host;
  const user = one('user') ?? userInfo().username;
  const port = Number(one('port') ?? 22);
  const tokens: Readonly<Record<string, string>> = {
    '%': '%',
    d: homedir(),
    h: hostname,
    n: host,
    p: String(port),
    r: user,
    u: userInfo().username,
    k: one('hostkeyalias') ?? host,
  };
  const path = (written: string): string =>
    written
      .replace(/^~(?=\/|$)/, homedir())
      .replace(/\$\{([A-Za-z_][A-Za-z0-9_]*)\}/g, (_, name: string) => {
        const value = environment[name];
        if (value === undefined) throw unknownName(configFile, `\${${name}}`);
        return value;
      })
      .replace(/%(.)/g, (token, letter: string) => {
        const value = tokens[letter];
        if (value === undefined) throw unknownName(configFile, token);
        return value;
      });
  const all = (keyword: string) =>
    (values.get(keyword) ?? []).filter((value) => value.toLowerCase() !== 'none').map(path);
  const list = (keyword: string) => (one(keyword) ?? '').split(/\s+/).filter(Boolean).map(path);
  const seconds = Number(one('connecttimeout'));
  const revoked = one('revokedhostkeys');
  return {
    hostname,
    port,
    user,
    identityFiles: all('identityfile'),
    certificateFiles: all('certificatefile'),
    identitiesOnly: one('identitiesonly') === 'yes',
    agent: agentSocket(values.get('identityagent')?.[0] ?? 'SSH_AUTH_SOCK', environment, path),
    knownHostsFiles: [...list('userknownhostsfile'), ...list('globalknownhostsfile')],
    revokedHostKeys: revoked === undefined ? undefined : path(revoked),
    hostKeyAlias: one('hostkeyalias'),
    connectTimeoutMs: seconds > 0 ? seconds * 1000 : undefined,
    proxyJump: (one('proxyjump') ?? '')
      .split(',')
      .map((hop) => hop.trim())
      .filter(Boolean),
  };
}

/** As IdentityAgent is written: a path, `SSH_AUTH_SOCK`, `$NAME` or `none`. */
export function agentSocket(
  written: string,
  environment: NodeJS.ProcessEnv,
  path: (written: string) => string = (same) => same,
): string | undefined {
  if (written.toLowerCase() === 'none') return undefined;
  if (written === 'SSH_AUTH_SOCK') return environment['SSH_AUTH_SOCK'] || undefined;
  if (written.startsWith('$') && !written.startsWith('${')) return environment[written.slice(1)] || undefined;
  return path(written);
}

function unknownName(configFile: string, name: string): StepFailure {
  return new StepFailure('invalid', `${configFile} uses ${name} in a path, which means nothing here`, {
    next: 'Write the path out.',
  });
}

interface Asked {
  readonly host: string;
  readonly configFile: string;
  readonly stderr: string;
}

function sshFailure(error: Error & { code?: unknown }, { host, configFile, stderr }: Asked): StepFailure {
  if (error.code === 'ENOENT') {
    return new StepFailure(
      'invalid',
      `reading ${configFile} needs the program ssh, which is not installed here`,
      {
        next: 'Install OpenSSH’s client, or leave hosts.sshConfigFile away and write user, port, knownHostsFile and keys in the configuration.',
        cause: error,
      },
    );
  }
  return new StepFailure(
    'invalid',
    `ssh cannot use ${configFile} for ${host}: ${stderr.trim() || error.message}`,
    {
      next: `Try ssh -G -F ${configFile} ${host} by hand.`,
      cause: error,
      facts: { host },
    },
  );
}
