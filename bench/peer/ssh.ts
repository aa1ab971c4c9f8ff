/** What a program does without nightshift: ssh2 by itself, one connection a host; and OpenSSH with a ControlMaster a host. */
import { execFile, spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Client } from 'ssh2';
import type { Hosts } from '../house/hosts.ts';

export interface Shell {
  /** Standard output. */
  run(host: string, line: string): Promise<string>;
  close(): Promise<void>;
}

/** The least that is right: the key is verified, Nagle's algorithm is off, output is read to its end. */
export async function bareSsh2(hosts: Hosts): Promise<Shell> {
  const privateKey = readFileSync(hosts.identityFile);
  const clients = new Map(
    await Promise.all(
      Object.entries(hosts.addresses).map(async ([host, address]) => {
        const client = new Client();
        await new Promise<void>((resolve, reject) => {
          client.once('ready', resolve).once('error', reject);
          client.connect({
            host: address,
            port: hosts.port,
            username: hosts.user,
            privateKey,
            readyTimeout: 60_000,
            hostVerifier: (key: Buffer) => key.equals(hosts.hostKey),
          });
        });
        client.setNoDelay(true);
        return [host, client] as const;
      }),
    ),
  );
  return {
    run: (host, line) =>
      new Promise((resolve, reject) => {
        clients.get(host)!.exec(line, (error, stream) => {
          if (error) return reject(error);
          const chunks: Buffer[] = [];
          stream.on('data', (chunk: Buffer) => chunks.push(chunk));
          stream.stderr.resume();
          stream.on('close', () => resolve(Buffer.concat(chunks).toString('utf8')));
        });
      }),
    close: async () => {
      for (const client of clients.values()) client.end();
    },
  };
}

const run = promisify(execFile);

export async function controlMasters(hosts: Hosts): Promise<Shell> {
  const config = join(hosts.folder, 'ssh_config');
  const blocks = Object.entries(hosts.addresses).map(
    ([host, address]) => `Host ${host}\n  HostName ${address}\n  HostKeyAlias [${host}]:${hosts.port}\n`,
  );
  const every = [
    `Port ${hosts.port}`,
    `User ${hosts.user}`,
    `IdentityFile ${hosts.identityFile}`,
    `UserKnownHostsFile ${hosts.knownHostsFile}`,
    'GlobalKnownHostsFile /dev/null',
    'StrictHostKeyChecking yes',
    'IdentitiesOnly yes',
    `ControlPath ${join(hosts.folder, 'cm-%n')}`,
  ];
  writeFileSync(config, `${blocks.join('')}Host *\n  ${every.join('\n  ')}\n`);
  const names = Object.keys(hosts.addresses);
  await Promise.all(names.map((host) => loggedIn(['-F', config, '-MNf', '--', host])));
  return {
    run: async (host, line) => (await run('ssh', ['-F', config, '--', host, line])).stdout,
    close: async () => {
      await Promise.all(names.map((host) => run('ssh', ['-F', config, '-O', 'exit', '--', host])));
    },
  };
}

/** Until `ssh -f` has logged in and gone to the background. What stays there would hold pipes of ours open for ever. */
const loggedIn = (argv: readonly string[]) =>
  new Promise<void>((resolve, reject) => {
    spawn('ssh', argv, { stdio: ['ignore', 'ignore', 'inherit'] })
      .once('error', reject)
      .once('exit', (code) => (code === 0 ? resolve() : reject(new Error(`ssh ended with ${code}`))));
  });
