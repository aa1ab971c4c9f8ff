/** Hosts to log in to: an sshd each, on loopback addresses of their own, all with one key. */
import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../embedded/ports.ts';
import type { Closing } from './closing.ts';

export interface Hosts {
  /** Name to address. */
  readonly addresses: Readonly<Record<string, string>>;
  readonly port: number;
  readonly user: string;
  readonly identityFile: string;
  readonly knownHostsFile: string;
  /** The hosts' key, as it goes over the wire. */
  readonly hostKey: Buffer;
  /** For files of the benchmark's own. */
  readonly folder: string;
}

/** At most 250. */
export async function startHosts(count: number, closing: Closing): Promise<Hosts> {
  const folder = mkdtempSync(join(tmpdir(), 'nightshift-bench-hosts-'));
  closing.add(() => rmSync(folder, { recursive: true, force: true }));
  const at = (name: string) => join(folder, name);
  for (const name of ['host', 'client'])
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', at(name)]);
  const port = await freePort();
  const addresses = Object.fromEntries(
    Array.from({ length: count }, (_, n) => [`host-${n + 1}`, `127.0.6.${n + 1}`]),
  );
  const key = readFileSync(at('host.pub'), 'utf8').trim().split(' ').slice(0, 2).join(' ');
  writeFileSync(
    at('known_hosts'),
    Object.keys(addresses)
      .map((host) => `[${host}]:${port} ${key}\n`)
      .join(''),
  );
  writeFileSync(at('authorized'), readFileSync(at('client.pub')));
  if (userInfo().uid === 0) mkdirSync('/run/sshd', { recursive: true });
  await Promise.all(Object.values(addresses).map((address) => startSshd({ address, port, at, closing })));
  return {
    addresses,
    port,
    user: userInfo().username,
    identityFile: at('client'),
    knownHostsFile: at('known_hosts'),
    hostKey: Buffer.from(key.split(' ')[1]!, 'base64'),
    folder,
  };
}

interface OneHost {
  readonly address: string;
  readonly port: number;
  readonly at: (name: string) => string;
  readonly closing: Closing;
}

async function startSshd({ address, port, at, closing }: OneHost): Promise<void> {
  writeFileSync(
    at(`sshd-${address}`),
    [
      `ListenAddress ${address}:${port}`,
      `HostKey ${at('host')}`,
      `AuthorizedKeysFile ${at('authorized')}`,
      'PidFile none',
      'StrictModes no',
      'UsePAM no',
      'UseDNS no',
      'PasswordAuthentication no',
      'PermitRootLogin yes',
      // Not what the user's own .bashrc does at each command.
      `SetEnv HOME=${at('')}`,
    ].join('\n'),
  );
  const daemon = spawn('/usr/sbin/sshd', ['-D', '-e', '-f', at(`sshd-${address}`)], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  closing.add(() => daemon.kill());
  await new Promise<void>((resolve, reject) => {
    let said = '';
    daemon.stderr.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      if (said.includes('Server listening')) resolve();
    });
    daemon.once('error', reject);
    daemon.once('exit', () => reject(new Error(`sshd did not start on ${address}: ${said}`)));
  });
}
