import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import canonicalize from 'canonicalize';
import { isNestedTooDeep, MAX_NESTING_WRAPPED } from './nesting.ts';

/** RFC 8785 canonical JSON. Throws a TypeError for what JSON cannot say (functions, NaN, undefined itself), a RangeError above `MAX_NESTING_WRAPPED` levels. */
export function canonicalJson(value: unknown): string {
  if (isNestedTooDeep(value, MAX_NESTING_WRAPPED))
    throw new RangeError(`this value is nested deeper than ${MAX_NESTING_WRAPPED} levels`);
  const text = canonicalize(value);
  if (text === undefined) throw new TypeError('this value has no JSON form and so no canonical one');
  return text;
}

/** SHA-256 over the canonical JSON, as 64 hexadecimal digits. The same in the workflow sandbox and in Node. */
export function hashOf(value: unknown): string {
  return bytesToHex(sha256(utf8ToBytes(canonicalJson(value))));
}
