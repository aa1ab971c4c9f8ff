import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { generateKeyPairSync } from 'node:crypto';
import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  generateKeyPair,
  keyPairFromPem,
  leavePublicKey,
  loadOrCreateKeyPair,
  publicKeyFromPem,
} from '../../ledger/keys.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nightshift-keys-'));
});
afterEach(() => rm(folder, { recursive: true }));

test('a key is created once, for its owner only, and read again', async () => {
  const file = join(folder, 'deep', 'signing.pem');
  const first = await loadOrCreateKeyPair(file);
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  expect((await loadOrCreateKeyPair(file)).keyId).toBe(first.keyId);
  expect(first.keyId).toMatch(/^[0-9a-f]{16}$/);
});

test('twenty at once get one key and leave nothing beside it', async () => {
  const file = join(folder, 'signing.pem');
  const pairs = await Promise.all(Array.from({ length: 20 }, () => loadOrCreateKeyPair(file)));
  expect(new Set(pairs.map((p) => p.keyId)).size).toBe(1);
  expect(await readdir(folder)).toEqual(['signing.pem']);
});

test('a key that others may read is refused with the command that mends it', async () => {
  const file = join(folder, 'signing.pem');
  await loadOrCreateKeyPair(file);
  await chmod(file, 0o644);
  await expect(loadOrCreateKeyPair(file)).rejects.toThrow(`run "chmod 600 ${file}"`);
});

test('the id follows from the public key alone', () => {
  const pair = generateKeyPair();
  expect(publicKeyFromPem(pair.publicKeyPem).keyId).toBe(pair.keyId);
  expect(keyPairFromPem(pair.privateKeyPem).keyId).toBe(pair.keyId);
});

test('other keys and other files are refused by name', async () => {
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const pem = rsa.privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;
  expect(() => keyPairFromPem(pem)).toThrow('this key is rsa; nightshift signs with ed25519');
  const file = join(folder, 'not-a-key.pem');
  await writeFile(file, 'hello', { mode: 0o600 });
  await expect(loadOrCreateKeyPair(file)).rejects.toThrow(`${file}: this is not a private key in PEM form`);
});

test('the public half is left beside, whole, and only where it can be', async () => {
  const pair = generateKeyPair();
  const file = join(folder, 'gateway.pub');
  await leavePublicKey(file, generateKeyPair());
  await leavePublicKey(file, pair);
  expect(await readFile(file, 'utf8')).toBe(pair.publicKeyPem);
  expect(await readdir(folder)).toEqual(['gateway.pub']);
  await expect(leavePublicKey('/sys/gateway.pub', pair)).resolves.toBeUndefined();
});
