/** Keys and certificates as they lie in files. */
import { readFile } from 'node:fs/promises';
import ssh2, { type ParsedKey } from 'ssh2';
import { StepFailure } from '../../kit/index.ts';
import { readCertificate, type Certificate } from './certificate.ts';

export interface IdentityFile {
  readonly path: string;
  /** One that somebody named must be there; a default that is missing is passed over, as ssh does. */
  readonly required: boolean;
}

/** A private key, or the public half of one that is locked or held by an agent. `locked`: it has a passphrase. */
export interface KeyInFile {
  readonly key: ParsedKey | undefined;
  readonly locked: boolean;
}

/** Nothing for a default that is not there. */
export async function keyIn({ path, required }: IdentityFile): Promise<KeyInFile | undefined> {
  const text = await contentOf({ path, required }, 'the SSH key');
  if (text === undefined) return undefined;
  const key = parsed(text);
  if (!(key instanceof Error)) return { key, locked: false };
  if (/encrypted|passphrase/i.test(key.message)) {
    const half = await contentOf({ path: `${path}.pub`, required: false }, 'the SSH key');
    const open = half === undefined ? undefined : parsed(half);
    return { key: open instanceof Error ? undefined : open, locked: true };
  }
  if (!required) return undefined;
  // The text is the library's and holds nothing of the key.
  throw new StepFailure('invalid', `${path} is not a private key that can be used (${key.message})`, {
    next: 'Use an OpenSSH private key (ssh-keygen -t ed25519) that only this process can read.',
    cause: key,
  });
}

function parsed(text: string): ParsedKey | Error {
  const found = ssh2.utils.parseKey(text) as ParsedKey | ParsedKey[] | Error;
  return Array.isArray(found) ? found[0]! : found;
}

export interface CertificateInFile {
  readonly path: string;
  readonly blob: Buffer;
  readonly certificate: Certificate;
}

/** Nothing for a default that is not there or that cannot be used: the latter is told in `passedOver`. */
export async function certificateIn(
  file: IdentityFile,
  passedOver: string[],
): Promise<CertificateInFile | undefined> {
  const text = await contentOf(file, 'the SSH certificate');
  if (text === undefined) return undefined;
  const blob = Buffer.from(text.trim().split(/\s+/)[1] ?? '', 'base64');
  const certificate = readCertificate(blob);
  if (certificate) return { path: file.path, blob, certificate };
  const why = `${file.path} is not a certificate that can be used`;
  if (!file.required) {
    passedOver.push(why);
    return undefined;
  }
  throw new StepFailure('invalid', why, {
    next: 'Name the file that ssh-keygen -s wrote (KEY-cert.pub), of an Ed25519, ECDSA or RSA key.',
  });
}

async function contentOf({ path, required }: IdentityFile, what: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    if (!required && (cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new StepFailure('invalid', `${what} ${path} cannot be read`, {
      next: 'Correct its path in the configuration, or its permissions.',
      cause,
    });
  }
}
