/**
 * Ed25519 keys as PEM files. A key's id is the first 16 hexadecimal digits of the SHA-256 of its public half (SPKI, DER),
 * so it can be told from the public key alone.
 */
import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, randomBytes } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { chmod, link, mkdir, open, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';

export interface PublicKey {
  readonly keyId: string;
  readonly publicKey: KeyObject;
  /** SPKI as PEM: what is handed to whoever verifies. */
  readonly publicKeyPem: string;
}

export interface KeyPair extends PublicKey {
  readonly privateKey: KeyObject;
  /** PKCS #8 as PEM. Never log it. */
  readonly privateKeyPem: string;
}

/** A key file or PEM text that cannot be used; the message says what to do. */
export class KeyError extends Error {
  override readonly name = 'KeyError';
}

export function generateKeyPair(): KeyPair {
  return fromPrivateKey(generateKeyPairSync('ed25519').privateKey);
}

/** Throws a `KeyError` when the text is no Ed25519 private key in PEM. */
export function keyPairFromPem(pem: string): KeyPair {
  let key: KeyObject;
  try {
    key = createPrivateKey(pem);
  } catch {
    throw new KeyError(
      'this is not a private key in PEM form; create one with "openssl genpkey -algorithm ed25519"',
    );
  }
  return fromPrivateKey(ed25519Only(key));
}

/** Throws a `KeyError` when the text is no Ed25519 public key in PEM. */
export function publicKeyFromPem(pem: string): PublicKey {
  let key: KeyObject;
  try {
    key = createPublicKey(pem);
  } catch {
    throw new KeyError('this is not a public key in PEM form ("-----BEGIN PUBLIC KEY-----")');
  }
  return describe(ed25519Only(key));
}

/** Public keys by their id, as `verifySigned` takes them. */
export function publicKeysById(pems: Iterable<string>): ReadonlyMap<string, KeyObject> {
  return new Map(
    [...pems].map((pem) => {
      const { keyId, publicKey } = publicKeyFromPem(pem);
      return [keyId, publicKey] as const;
    }),
  );
}

/**
 * Reads the private key at `file`, or creates it with mode 0600. Several processes may call it at once: all get the
 * same key. Refuses a file that everybody may read.
 */
export async function loadOrCreateKeyPair(file: string): Promise<KeyPair> {
  return (await load(file)) ?? (await create(file));
}

/**
 * Leaves the public half at `file` for who verifies, whole at every moment. Where keys are handed in and nothing can be
 * written beside them, it is handed in too.
 */
export async function leavePublicKey(file: string, { publicKeyPem }: PublicKey): Promise<void> {
  if ((await readFile(file, 'utf8').catch(() => undefined)) === publicKeyPem) return;
  const draft = `${file}.${randomBytes(6).toString('hex')}`;
  try {
    await writeFile(draft, publicKeyPem);
    await rename(draft, file);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'EROFS' && code !== 'EACCES') throw error;
  }
}

async function load(file: string): Promise<KeyPair | undefined> {
  let pem: string;
  try {
    const { mode } = await stat(file);
    if ((mode & 0o027) !== 0) {
      throw new KeyError(
        `the private key ${file} is open to other users; run "chmod 600 ${file}" and start again`,
      );
    }
    pem = await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  try {
    return keyPairFromPem(pem);
  } catch (error) {
    throw new KeyError(`${file}: ${(error as Error).message}`, { cause: error });
  }
}

/** Written beside and linked into place, so that nobody ever reads half a key and the first one wins. */
async function create(file: string): Promise<KeyPair> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const pair = generateKeyPair();
  const draft = `${file}.${randomBytes(6).toString('hex')}`;
  const handle = await open(draft, 'wx', 0o600);
  try {
    await handle.writeFile(pair.privateKeyPem);
    await handle.sync();
    await handle.close();
    await chmod(draft, 0o600);
    await link(draft, file);
    return pair;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    const winner = await load(file);
    if (winner === undefined)
      throw new KeyError(`${file} was removed while it was being created`, { cause: error });
    return winner;
  } finally {
    await rm(draft, { force: true });
  }
}

function ed25519Only(key: KeyObject): KeyObject {
  if (key.asymmetricKeyType !== 'ed25519') {
    throw new KeyError(
      `this key is ${key.asymmetricKeyType ?? 'of another kind'}; nightshift signs with ed25519`,
    );
  }
  return key;
}

function describe(publicKey: KeyObject): PublicKey {
  const spki = publicKey.export({ type: 'spki', format: 'der' });
  return {
    keyId: createHash('sha256').update(spki).digest('hex').slice(0, 16),
    publicKey,
    publicKeyPem: publicKey.export({ type: 'spki', format: 'pem' }) as string,
  };
}

function fromPrivateKey(privateKey: KeyObject): KeyPair {
  return {
    ...describe(createPublicKey(privateKey)),
    privateKey,
    privateKeyPem: privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
  };
}
