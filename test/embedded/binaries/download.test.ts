import { afterEach, expect, test } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { download } from '../../../embedded/binaries/download.ts';
import type { Release } from '../../../embedded/binaries/releases.ts';
import { freePort } from '../../../embedded/ports.ts';
import { temporaryFolders } from '../temporary-folder.ts';

const newFolder = temporaryFolders();
let server: Server | undefined;
afterEach(() => new Promise((resolve) => (server ? server.close(resolve) : resolve(undefined))));

async function publish(archive: Buffer): Promise<{ url: string; hash: string }> {
  server = createServer((request, response) => {
    response.statusCode = request.url === '/release.tar.gz' ? 200 : 404;
    response.end(archive);
  });
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const hash = createHash('sha256').update(archive).digest('hex');
  return { url: `http://127.0.0.1:${port}/release.tar.gz`, hash };
}

/** An archive like Kubernetes' own: programs deep inside, and things that nobody asked for. */
async function makeArchive(): Promise<Buffer> {
  const folder = await newFolder();
  await mkdir(join(folder, 'kubernetes/server/bin'), { recursive: true });
  await writeFile(join(folder, 'kubernetes/server/bin/kubelet'), 'the kubelet', { mode: 0o755 });
  await writeFile(join(folder, 'kubernetes/server/bin/kubeadm'), 'not wanted', { mode: 0o755 });
  execFileSync('tar', ['-czf', join(folder, 'all.tar.gz'), '-C', folder, 'kubernetes']);
  return readFile(join(folder, 'all.tar.gz'));
}

async function fetchRelease(release: Omit<Release, 'algorithm' | 'folder'>) {
  const folder = await newFolder();
  const full: Release = { ...release, algorithm: 'sha256', folder: 'kubernetes/server/bin' };
  const phases: string[] = [];
  await download({ release: full, programs: ['kubelet'], folder, report: (phase) => phases.push(phase) });
  return { folder, phases };
}

test('an archive with the pinned hash is unpacked: the named programs only', async () => {
  const { folder, phases } = await fetchRelease(await publish(await makeArchive()));
  expect(await readFile(join(folder, 'kubelet'), 'utf8')).toBe('the kubelet');
  expect(existsSync(join(folder, 'kubeadm'))).toBe(false);
  expect(phases).toEqual(['downloading', 'checking', 'unpacking']);
});

test('an archive with another hash is refused, with both hashes', async () => {
  const { url, hash } = await publish(await makeArchive());
  const pinned = '0'.repeat(64);
  await expect(fetchRelease({ url, hash: pinned })).rejects.toThrow(
    `${url} has sha256 ${hash}, pinned is ${pinned}. It is not used.`,
  );
});

test('an answer other than 200 is an error with its number', async () => {
  const { url, hash } = await publish(Buffer.from(''));
  await expect(fetchRelease({ url: `${url}.gone`, hash })).rejects.toThrow(
    'cannot be fetched: the server answered 404',
  );
});

test('an unreachable server is an error with the reason', async () => {
  const url = `http://127.0.0.1:${await freePort()}/release.tar.gz`;
  await expect(fetchRelease({ url, hash: '0'.repeat(64) })).rejects.toThrow(
    'cannot be fetched: connect ECONNREFUSED',
  );
});
