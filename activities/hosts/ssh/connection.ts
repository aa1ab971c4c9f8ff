/** One SSH connection to one host, dialled and verified. */
import { readFile } from 'node:fs/promises';
import { Client, type ConnectConfig } from 'ssh2';
import { StepFailure } from '../../kit/index.ts';
import { algorithmsFor, hostKeyFailure } from './host-key.ts';
import { fingerprint, parseKnownHosts } from './known-hosts.ts';

export interface SshConfig {
  readonly user: string;
  readonly port: number;
  /** A private key without a passphrase, readable by this process only. */
  readonly identityFile: string;
  readonly knownHostsFile: string;
  /** Where a host of this name is reached, when its name does not resolve; its key is still looked up by name. */
  readonly addresses?: Readonly<Record<string, string>>;
  readonly connectTimeoutMs: number;
}

export interface Connection {
  readonly client: Client;
  readonly hostKey: string;
}

/** Dials a host. Whatever fails here, no command was sent: every failure is `retryable`, `refused` or `invalid`. */
export async function dial(config: SshConfig, host: string): Promise<Connection> {
  const { port, user, identityFile, knownHostsFile, addresses = {} } = config;
  const [privateKey, knownHosts] = await Promise.all([
    readConfigured(identityFile, 'the SSH key'),
    readConfigured(knownHostsFile, 'the known hosts file'),
  ]);
  const known = { host, port, file: knownHostsFile, lines: parseKnownHosts(knownHosts) };
  const serverHostKey = algorithmsFor(known);
  let shown: Buffer | undefined;
  let refused: StepFailure | undefined;

  return new Promise((resolve, reject) => {
    const client = new Client();
    const fail = (error: Error & { level?: string; code?: string }) => {
      client.end();
      reject(refused ?? dialFailure({ error, config, host, hostKeyTypes: serverHostKey }));
    };
    // Kept, not once: ssh2 may report a failed handshake twice, and an error that nobody hears ends the process.
    client.on('error', fail);
    client.once('close', () => fail(new Error('the connection was closed during the handshake')));
    client.once('ready', () => {
      client.removeAllListeners('error').removeAllListeners('close');
      client.setNoDelay(true);
      resolve({ client, hostKey: fingerprint(shown!) });
    });
    try {
      client.connect({
        host: addresses[host] ?? host,
        port,
        username: user,
        privateKey,
        readyTimeout: config.connectTimeoutMs,
        keepaliveInterval: 5_000,
        keepaliveCountMax: 3,
        ...(serverHostKey && {
          algorithms: { serverHostKey } as NonNullable<ConnectConfig['algorithms']>,
        }),
        hostVerifier: (key: Buffer) => {
          shown = key;
          refused = hostKeyFailure(known, key);
          return refused === undefined;
        },
      });
    } catch (error) {
      // Thrown for a key that cannot be read; its text is the library's and holds nothing of the key.
      reject(
        new StepFailure('invalid', `${identityFile} is not a private key that can be used`, {
          next: 'Use an unencrypted OpenSSH private key (ssh-keygen -t ed25519) that only this process can read.',
          cause: error,
        }),
      );
    }
  });
}

async function readConfigured(file: string, what: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    throw new StepFailure('invalid', `${what} ${file} cannot be read`, {
      next: 'Correct its path in the configuration, or its permissions.',
      cause,
    });
  }
}

interface FailedDial {
  readonly error: Error & { level?: string; code?: string };
  readonly config: SshConfig;
  readonly host: string;
  readonly hostKeyTypes: readonly string[] | undefined;
}

function dialFailure({ error, config, host, hostKeyTypes }: FailedDial): StepFailure {
  const { port, user } = config;
  const facts = { host, port, code: error.code ?? null };
  if (error.level === 'client-authentication') {
    return new StepFailure('refused', `${host} does not let ${user} in with the key ${config.identityFile}`, {
      next: `Add its public key for ${user} on ${host} (nightshift host install ${host}).`,
      cause: error,
      facts,
    });
  }
  if (/no matching host key/i.test(error.message) && hostKeyTypes) {
    return new StepFailure(
      'refused',
      `${host} has no host key of a type that ${config.knownHostsFile} knows for it (${hostKeyTypes.join(', ')})`,
      { next: 'Verify its present key on the host itself and add it to the file.', cause: error, facts },
    );
  }
  if (error.code === 'ENOTFOUND') {
    return new StepFailure('invalid', `there is no host named ${host}`, {
      next: 'Correct the name, or give its address in the configuration.',
      cause: error,
      facts,
    });
  }
  const why =
    error.level === 'client-timeout'
      ? `no answer within ${config.connectTimeoutMs / 1000} s`
      : (error.code ?? error.message);
  return new StepFailure('retryable', `${host} cannot be reached by SSH on port ${port}: ${why}`, {
    next: 'Nothing was sent. Is the host up, and does its sshd answer?',
    cause: error,
    facts,
  });
}
