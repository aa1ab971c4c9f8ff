/** Public keys as SSH writes them (RFC 4253, 6.6; RFC 5656; RFC 8709) and the signatures that they verify. */
import { createHash, createPublicKey, verify, type JsonWebKey, type KeyObject } from 'node:crypto';
import { WireReader } from './wire.ts';

/** The algorithm's name that every key blob begins with (RFC 4253, 6.6); empty for a blob that is none. */
export function keyType(key: Buffer): string {
  const length = key.length >= 4 ? key.readUInt32BE(0) : 0;
  return length > 0 && length <= 64 && key.length >= 4 + length ? key.toString('latin1', 4, 4 + length) : '';
}

/** As `ssh-keygen -l` prints it. */
export const fingerprint = (key: Buffer): string =>
  `SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}`;

/** How many values of the wire follow the type's name in a key of this type, by type. */
export const KEY_FIELDS: Readonly<Record<string, number>> = {
  'ssh-ed25519': 1,
  'ecdsa-sha2-nistp256': 2,
  'ecdsa-sha2-nistp384': 2,
  'ecdsa-sha2-nistp521': 2,
  'ssh-rsa': 2,
};

const CURVES: Readonly<Record<string, { crv: string; bytes: number; hash: string }>> = {
  'ecdsa-sha2-nistp256': { crv: 'P-256', bytes: 32, hash: 'sha256' },
  'ecdsa-sha2-nistp384': { crv: 'P-384', bytes: 48, hash: 'sha384' },
  'ecdsa-sha2-nistp521': { crv: 'P-521', bytes: 66, hash: 'sha512' },
};
/** SHA-1 (`ssh-rsa`) is left out on purpose, as in OpenSSH since 8.2. */
const RSA_HASHES: Readonly<Record<string, string>> = { 'rsa-sha2-256': 'sha256', 'rsa-sha2-512': 'sha512' };

/**
 * True when `signature` (an SSH signature blob with its algorithm's name) over `data` was made with `key`. False for a
 * key or algorithm that is not supported: Ed25519, ECDSA on the three NIST curves, and RSA with SHA-2 are.
 */
export function verifies(key: Buffer, data: Buffer, signature: Buffer): boolean {
  try {
    const reader = new WireReader(signature);
    const algorithm = reader.text();
    const value = reader.string();
    const type = keyType(key);
    if (type === 'ssh-ed25519' && algorithm === type) return verify(null, data, keyObject(key), value);
    const curve = CURVES[type];
    if (curve && algorithm === type) {
      const point = { key: keyObject(key), dsaEncoding: 'ieee-p1363' as const };
      return verify(curve.hash, data, point, fixedLength(value, curve.bytes));
    }
    const hash = RSA_HASHES[algorithm];
    return type === 'ssh-rsa' && hash !== undefined && verify(hash, data, keyObject(key), value);
  } catch {
    return false;
  }
}

/** Two mpints of any length as two numbers of the curve's length. */
function fixedLength(value: Buffer, bytes: number): Buffer {
  const reader = new WireReader(value);
  return Buffer.concat(
    [reader.string(), reader.string()].map((number) => {
      const bare = number.subarray(number.findIndex((byte) => byte !== 0));
      if (bare.length > bytes) throw new RangeError('a signature longer than its curve');
      return Buffer.concat([Buffer.alloc(bytes - bare.length), bare]);
    }),
  );
}

function keyObject(blob: Buffer): KeyObject {
  return createPublicKey({ key: jwk(blob), format: 'jwk' });
}

function jwk(blob: Buffer): JsonWebKey {
  const reader = new WireReader(blob);
  const type = reader.text();
  const base64 = (bytes: Buffer) => bytes.toString('base64url');
  if (type === 'ssh-ed25519') return { kty: 'OKP', crv: 'Ed25519', x: base64(reader.string()) };
  const curve = CURVES[type];
  if (curve) {
    reader.string();
    const point = reader.string();
    if (point[0] !== 4 || point.length !== 1 + 2 * curve.bytes)
      throw new RangeError('not an uncompressed point');
    const x = base64(point.subarray(1, 1 + curve.bytes));
    return { kty: 'EC', crv: curve.crv, x, y: base64(point.subarray(1 + curve.bytes)) };
  }
  if (type !== 'ssh-rsa') throw new TypeError(`keys of type ${type} are not supported`);
  const [e, n] = [reader.string(), reader.string()];
  return { kty: 'RSA', n: base64(n[0] === 0 ? n.subarray(1) : n), e: base64(e) };
}
