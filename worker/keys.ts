import type { KeyObject } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { loadOrCreateKeyPair, publicKeysById, type KeyPair } from '../ledger/keys.ts';

const PUBLIC = /^gateway.*\.pub$/;

/**
 * The public keys of the gateways that this worker believes: every `gateway*.pub` in the directory. Where there is none
 * (one machine, one directory), the public half of `gateway.pem`, made now if the gateway has not been up yet.
 */
export async function gatewayKeys(keysDir: string): Promise<ReadonlyMap<string, KeyObject>> {
  const files = existsSync(keysDir) ? (await readdir(keysDir)).filter((f) => PUBLIC.test(f)) : [];
  if (files.length)
    return publicKeysById(await Promise.all(files.map((f) => readFile(join(keysDir, f), 'utf8'))));
  const { keyId, publicKey } = await loadOrCreateKeyPair(join(keysDir, 'gateway.pem'));
  return new Map([[keyId, publicKey]]);
}

/** The sealer's own key: it signs checkpoints and nothing else. */
export const sealerKey = (keysDir: string): Promise<KeyPair> =>
  loadOrCreateKeyPair(join(keysDir, 'sealer.pem'));
