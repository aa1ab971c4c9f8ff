/** A real sshd of the test's own on a high port, with a TCP line in front that counts connections and can be cut. */
import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import type { SshConfig } from '../../../../activities/hosts/ssh/route.ts';
import { freePort } from '../../../../embedded/ports.ts';

export interface RealSshd {
  readonly config: SshConfig & {
    readonly user: string;
    readonly port: number;
    readonly identityFile: string;
  };
  /** Connections that came through the line so far. */
  connections(): number;
  /** Cuts every connection, as a host that loses power does to whoever waits for it. */
  cut(): void;
  /** From now on nothing arrives on the connections that there are, on either side; they stay. */
  freeze(): void;
  /** A file of the test's own. */
  file(name: string, content?: string): string;
  stop(): Promise<void>;
}

export interface SshdOptions {
  readonly maxSessions?: number;
  readonly keyOptions?: string;
  /** The type of the host's key. */
  readonly hostKey?: 'ed25519' | 'ecdsa' | 'rsa';
  /** What more to put into sshd_config, given the path of a file of the test's own; files can be made meanwhile. */
  readonly more?: (at: (name: string) => string) => readonly string[];
}

export async function startSshd({
  maxSessions = 10,
  keyOptions = '',
  hostKey = 'ed25519',
  more = () => [],
}: SshdOptions = {}): Promise<RealSshd> {
  const folder = mkdtempSync(join(tmpdir(), 'sshd-'));
  const at = (name: string) => join(folder, name);
  makeKey(at('host'), hostKey);
  makeKey(at('client'));
  writeFileSync(
    at('authorized'),
    `${keyOptions}${keyOptions && ' '}${readFileSync(at('client.pub'), 'utf8')}`,
  );
  const port = await freePort();
  writeFileSync(
    at('config'),
    [
      `ListenAddress 127.0.0.1:${port}`,
      `HostKey ${at('host')}`,
      `AuthorizedKeysFile ${at('authorized')}`,
      `MaxSessions ${maxSessions}`,
      'PidFile none',
      'StrictModes no',
      'UsePAM no',
      'UseDNS no',
      'PasswordAuthentication no',
      'PermitRootLogin yes',
      ...more(at),
    ].join('\n'),
  );
  if (userInfo().uid === 0) mkdirSync('/run/sshd', { recursive: true });
  const daemon = spawn('/usr/sbin/sshd', ['-D', '-e', '-f', at('config')], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  await new Promise<void>((resolve, reject) => {
    let said = '';
    daemon.stderr.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      if (said.includes('Server listening')) resolve();
    });
    daemon.once('exit', () => reject(new Error(`sshd did not start: ${said}`)));
  });

  const sockets = new Set<Socket>();
  let connections = 0;
  const line = createServer((client) => {
    connections++;
    const server = connect(port, '127.0.0.1');
    for (const socket of [client, server]) {
      sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => {
        sockets.delete(socket);
        client.destroy();
        server.destroy();
      });
    }
    client.pipe(server).pipe(client);
  });
  await new Promise<void>((resolve) => line.listen(0, '127.0.0.1', resolve));
  const linePort = (line.address() as AddressInfo).port;
  writeFileSync(at('known_hosts'), `[worker-3]:${linePort} ${publicHalf(at('host'))}\n`);
  const cut = () => {
    for (const socket of sockets) socket.destroy();
  };

  return {
    config: {
      user: userInfo().username,
      port: linePort,
      identityFile: at('client'),
      knownHostsFile: at('known_hosts'),
      addresses: { 'worker-3': '127.0.0.1' },
      connectTimeoutMs: 30_000,
    },
    connections: () => connections,
    cut,
    freeze() {
      for (const socket of sockets) socket.unpipe().pause();
    },
    file(name, content) {
      if (content !== undefined) writeFileSync(at(name), content);
      return at(name);
    },
    async stop() {
      cut();
      line.close();
      const gone = new Promise((resolve) => daemon.once('exit', resolve));
      daemon.kill();
      await gone;
      rmSync(folder, { recursive: true });
    },
  };
}

/** A key pair without a passphrase at this path. */
export const makeKey = (path: string, type = 'ed25519'): void =>
  void execFileSync('ssh-keygen', ['-q', '-t', type, '-N', '', '-f', path]);

/** Type and key of a `.pub` file, as known hosts lines have them. */
export const publicHalf = (path: string): string =>
  readFileSync(`${path}.pub`, 'utf8').trim().split(' ').slice(0, 2).join(' ');

/** A certificate for the key at this path, beside it. */
export const certify = (path: string, words: readonly string[], authority: string): void =>
  void execFileSync('ssh-keygen', ['-q', '-s', authority, ...words, `${path}.pub`]);
