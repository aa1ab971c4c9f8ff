import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import canonicalize from 'canonicalize';

/** RFC 8785 canonical JSON. Throws a TypeError for what JSON cannot say (functions, NaN, undefined itself). */
export function canonicalJson(value: unknown): string {
  const text = canonicalize(value);
  if (text === undefined) throw new TypeError('this value has no JSON form and so no canonical one');
  return text;
}

/** SHA-256 over the canonical JSON, as 64 hexadecimal digits. The same in the workflow sandbox and in Node. */
export function hashOf(value: unknown): string {
  return bytesToHex(sha256(utf8ToBytes(canonicalJson(value))));
}
