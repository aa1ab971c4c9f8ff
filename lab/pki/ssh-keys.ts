import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { command } from '../machine/command.ts';
import type { Layout, NodeName } from '../layout.ts';

export interface SshKeys {
  readonly readingKey: string;
  readonly changingKey: string;
  /** For people: it opens a shell, where the other two reach the product's helper only. */
  readonly personKey: string;
  readonly knownHosts: string;
  readonly hostKeys: Readonly<Record<NodeName, string>>;
}

/** Three keys for `oncall` (look, change, a person's own), a host key a node, and the known_hosts file that vouches for them. */
export async function createSshKeys(layout: Layout): Promise<SshKeys> {
  const directory = join(layout.stateDirectory, 'ssh');
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const key = async (file: string, comment: string): Promise<string> => {
    const path = join(directory, file);
    await command(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-C', comment, '-f', path]);
    return path;
  };
  const [readingKey, changingKey, personKey, ...hosts] = await Promise.all([
    key('oncall-reading', 'oncall reading'),
    key('oncall-changing', 'oncall changing'),
    key('oncall-person', 'oncall person'),
    ...layout.nodes.map(async ({ name }) => [name, await key(`host-${name}`, name)] as const),
  ]);
  const lines = await Promise.all(
    layout.nodes.map(async ({ name, address }) => {
      const [type, publicKey] = (await readFile(join(directory, `host-${name}.pub`), 'utf8')).split(' ');
      return `${name},${address} ${type} ${publicKey}\n`;
    }),
  );
  const knownHosts = join(directory, 'known_hosts');
  await writeFile(knownHosts, lines.join(''));
  return {
    readingKey,
    changingKey,
    personKey,
    knownHosts,
    hostKeys: Object.fromEntries(hosts) as SshKeys['hostKeys'],
  };
}
