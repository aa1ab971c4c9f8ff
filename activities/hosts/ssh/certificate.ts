/** OpenSSH certificates: their bytes and their signature, as OpenSSH's PROTOCOL.certkeys describes them. */
import { KEY_FIELDS, keyType, verifies } from './public-key.ts';
import { WireReader, wireString } from './wire.ts';

export interface Certificate {
  /** The key that the certificate is about, as a plain public key. */
  readonly key: Buffer;
  readonly role: 'user' | 'host';
  readonly serial: string;
  readonly id: string;
  /** Host names or user names; empty: none is named. */
  readonly principals: readonly string[];
  /** `null`: no limit on this side. */
  readonly validAfter: Date | null;
  readonly validBefore: Date | null;
  /** Names of options that whoever does not know them must refuse. */
  readonly criticalOptions: readonly string[];
  readonly authority: Buffer;
}

const SUFFIX = '-cert-v01@openssh.com';
const FOREVER = 2n ** 64n - 1n;
const LAST_DATE_SECONDS = 8_640_000_000_000n;

export const isCertificateType = (type: string): boolean => type.endsWith(SUFFIX);
/** `ssh-ed25519` to `ssh-ed25519-cert-v01@openssh.com`, for keys and for signature algorithms. */
export const certificateType = (type: string): string => `${type}${SUFFIX}`;
export const withoutCertificate = (type: string): string => type.slice(0, -SUFFIX.length);

/** Nothing for bytes that are no certificate, of a kind that is not supported, or whose signature is not its authority's. */
export function readCertificate(blob: Buffer): Certificate | undefined {
  const type = keyType(blob);
  const plain = withoutCertificate(type);
  const fields = isCertificateType(type) ? KEY_FIELDS[plain] : undefined;
  if (fields === undefined) return undefined;
  try {
    const reader = new WireReader(blob);
    reader.string();
    reader.string(); // a nonce
    const key = Buffer.concat([
      wireString(plain),
      ...Array.from({ length: fields }, () => wireString(reader.string())),
    ]);
    const serial = reader.uint64().toString();
    const role = reader.uint32();
    const id = reader.text();
    const principals = strings(reader.string());
    const validAfter = reader.uint64();
    const validBefore = reader.uint64();
    const criticalOptions = strings(reader.string()).filter((_, index) => index % 2 === 0);
    reader.string(); // extensions: what a login may do besides; nothing of a host's
    reader.string(); // reserved
    const authority = reader.string();
    const signed = blob.subarray(0, reader.position);
    const signature = reader.string();
    if (!reader.ended || isCertificateType(keyType(authority))) return undefined;
    if ((role !== 1 && role !== 2) || !verifies(authority, signed, signature)) return undefined;
    return {
      key,
      role: role === 1 ? 'user' : 'host',
      serial,
      id,
      principals,
      validAfter: validAfter === 0n ? null : moment(validAfter),
      validBefore: validBefore === FOREVER ? null : moment(validBefore),
      criticalOptions,
      authority,
    };
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

function strings(packed: Buffer): string[] {
  const reader = new WireReader(packed);
  const found: string[] = [];
  while (!reader.ended) found.push(reader.text());
  return found;
}

const moment = (seconds: bigint): Date =>
  new Date(Number(seconds < LAST_DATE_SECONDS ? seconds : LAST_DATE_SECONDS) * 1000);

/** In words why a certificate does not count at this moment; nothing while it does. From is inside, until is outside. */
export function notValidNow(
  { validAfter, validBefore }: Pick<Certificate, 'validAfter' | 'validBefore'>,
  now: Date,
): string | undefined {
  if (validAfter && now < validAfter) return `is not valid before ${validAfter.toISOString()}`;
  if (validBefore && now >= validBefore) return `expired at ${validBefore.toISOString()}`;
  return undefined;
}
