import { afterAll, expect, test } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import ssh2, { type AuthContext } from 'ssh2';
import { dial } from '../../../../activities/hosts/ssh/connection.ts';

const folder = mkdtempSync(join(tmpdir(), 'nightshift-dial-'));
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, content: string): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

test('a server that lets us in without asking for a signature is refused', async () => {
  const [host, key] = [ssh2.utils.generateKeyPairSync('ed25519'), ssh2.utils.generateKeyPairSync('ed25519')];
  const server = new ssh2.Server({ hostKeys: [host.private] }, (client) => {
    client.on('error', () => {});
    // To the question whether a key would do, accept() answers yes; this says: you are in.
    client.on('authentication', (asked: AuthContext) =>
      (asked as unknown as { _protocol: { authSuccess(): void } })._protocol.authSuccess(),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  try {
    await expect(
      dial(
        {
          user: 'ops',
          port,
          identityFile: file('id', key.private),
          knownHostsFile: file('known_hosts', `[worker-3]:${port} ${host.public}\n`),
          addresses: { 'worker-3': '127.0.0.1' },
          connectTimeoutMs: 30_000,
        },
        'worker-3',
      ),
    ).rejects.toMatchObject({
      kind: 'refused',
      message: 'worker-3 lets ops in without asking for a signature',
    });
  } finally {
    await new Promise((resolve) => server.close(resolve));
  }
});
