import { expect, test } from '@jest/globals';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { BinaryNotFoundError, resolveBinary, type BinaryProgress } from '../../../embedded/binaries/index.ts';
import { temporaryFolders } from '../temporary-folder.ts';

const newFolder = temporaryFolders();

/** A home with nothing cached, a PATH with nothing on it, and no network. */
async function emptyMachine() {
  const root = await newFolder();
  const env = { NIGHTSHIFT_HOME: join(root, 'home'), PATH: join(root, 'first'), NIGHTSHIFT_DOWNLOADS: 'off' };
  return { root, env };
}

async function program(path: string, output: string): Promise<string> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, `#!/bin/sh\necho '${output}'\n`);
  await chmod(path, 0o755);
  return path;
}

const cached = (home: string) =>
  join(home, 'cache', 'bin', `kubelet-1.34.4-${process.platform}-${process.arch}`, 'kubelet');

test('a program that the environment names wins over PATH and cache, whatever its version', async () => {
  const { root, env } = await emptyMachine();
  await program(join(root, 'first', 'kubelet'), 'Kubernetes v1.34.9');
  await program(cached(env.NIGHTSHIFT_HOME), 'Kubernetes v1.34.4');
  const own = await program(join(root, 'own', 'my-kubelet'), 'Kubernetes v1.20.0');
  expect(await resolveBinary('kubelet', { env: { ...env, NIGHTSHIFT_BIN_KUBELET: own } })).toBe(own);
});

test('a variable that names no program is an error, although PATH has one', async () => {
  const { root, env } = await emptyMachine();
  await program(join(root, 'first', 'kubelet'), 'Kubernetes v1.34.4');
  const wrong = join(root, 'no-such-kubelet');
  await expect(resolveBinary('kubelet', { env: { ...env, NIGHTSHIFT_BIN_KUBELET: wrong } })).rejects.toThrow(
    `NIGHTSHIFT_BIN_KUBELET names ${wrong}, which is not an executable file. Correct it, or unset it.`,
  );
});

test('PATH wins over the cache when its version fits; a fitting one further down PATH is found', async () => {
  const { root, env } = await emptyMachine();
  await program(cached(env.NIGHTSHIFT_HOME), 'Kubernetes v1.34.4');
  await program(join(root, 'first', 'kubelet'), 'Kubernetes v1.33.4');
  const fitting = await program(join(root, 'second', 'kubelet'), 'Kubernetes v1.34.1');
  const PATH = `${join(root, 'first')}:${join(root, 'second')}`;
  expect(await resolveBinary('kubelet', { env: { ...env, PATH } })).toBe(fitting);
});

test.each([
  ['kubelet', 'Kubernetes v1.34.9', true],
  ['kubelet', 'Kubernetes v1.35.0', false],
  ['kubelet', 'Kubernetes v1.34.0-rc.1', false],
  ['kubectl', 'Client Version: v1.34.4', true],
  ['kubectl', 'Client Version: v1.32.4-dispatcher', false],
  ['etcd', 'etcd Version: 3.6.2', true],
  ['etcd', 'etcd Version: 3.5.21', false],
  ['temporal', 'temporal version 1.5.0 (Server 1.29.1, UI 2.42.1)', true],
  ['temporal', 'temporal version 1.5.0 (Server 1.30.0, UI 2.42.1)', false],
  ['temporal', 'temporal version 1.4.1 (Server 1.28.0, UI 2.39.0)', false],
  ['temporal', 'something else', false],
] as const)('a %s on PATH that says "%s" is taken: %s', async (name, says, taken) => {
  const { root, env } = await emptyMachine();
  const path = await program(join(root, 'first', name), says);
  const found = await resolveBinary(name, { env }).catch((error: unknown) => error);
  if (taken) expect(found).toBe(path);
  else expect(found).toBeInstanceOf(BinaryNotFoundError);
});

test('what the cache has is taken without a build, and said so', async () => {
  const { env } = await emptyMachine();
  const path = await program(cached(env.NIGHTSHIFT_HOME), 'Kubernetes v1.34.4');
  const events: BinaryProgress[] = [];
  expect(await resolveBinary('kubelet', { env, onProgress: (event) => events.push(event) })).toBe(path);
  expect(events).toEqual([
    { name: 'kubelet', way: 'cache', phase: 'ready', detail: '1.34.4', elapsedMs: expect.any(Number) },
  ]);
});

test('when no way leads to it, the error names the five ways, why each failed, and what to install', async () => {
  const { root, env } = await emptyMachine();
  const old = await program(join(root, 'first', 'kubelet'), 'Kubernetes v1.30.2');
  const error = await resolveBinary('kubelet', { env }).then(
    () => new Error('resolved'),
    (thrown: Error) => thrown,
  );
  expect(error.message).toBe(
    [
      'kubelet is needed and there is no way to it here:',
      '  environment  NIGHTSHIFT_BIN_KUBELET is not set',
      `  PATH         ${old} is version 1.30.2, needed is 1.34.4 or another patch of it`,
      `  cache        no ${cached(env.NIGHTSHIFT_HOME)}`,
      '  download     NIGHTSHIFT_DOWNLOADS is off',
      '  build        there is no go on PATH',
      'Install kubelet 1.34.4 on PATH, or Go 1.24 or newer (https://go.dev/dl), which builds it.',
    ].join('\n'),
  );
});

test('a program that cannot tell its version is not taken from PATH', async () => {
  const { root, env } = await emptyMachine();
  const path = await program(join(root, 'first', 'temporal-test-server'), 'whatever');
  await expect(resolveBinary('temporal-test-server', { env })).rejects.toThrow(
    `${path} cannot tell its version`,
  );
});
