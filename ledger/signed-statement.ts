/** Statements that one part of nightshift signs and another verifies: the very bytes that were signed travel along. */
import { sign, verify } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { canonicalJson } from '../activities/kit/index.ts';
import type { Signed } from '../workflows/messages.ts';

/** A statement that cannot be believed. The message says why, without repeating what it claimed. */
export class SignatureRefused extends Error {
  override readonly name = 'SignatureRefused';
}

/** Signs the canonical JSON of `statement` with Ed25519. The statement names its own `domain`, so that no signature serves two purposes. */
export function signStatement(
  statement: { readonly domain: string },
  key: { readonly keyId: string; readonly privateKey: KeyObject },
): Signed {
  const text = canonicalJson(statement);
  return {
    statement: text,
    signature: sign(null, Buffer.from(text, 'utf8'), key.privateKey).toString('base64'),
    keyId: key.keyId,
  };
}

/**
 * The statement, once its signature over these very bytes is verified with the key that it names. Throws
 * `SignatureRefused` for an unknown key, a wrong signature, or bytes that are not canonical JSON (two readers could
 * otherwise take different meanings from a repeated field). The caller parses it and checks its `domain`.
 */
export function verifySigned(signed: Signed, publicKeys: ReadonlyMap<string, KeyObject>): unknown {
  const key = publicKeys.get(signed.keyId);
  if (key === undefined) {
    throw new SignatureRefused(`nobody here knows the signing key "${printable(signed.keyId)}"`);
  }
  const signature = Buffer.from(signed.signature, 'base64');
  const plain = signature.toString('base64') === signed.signature;
  if (!plain || !verify(null, Buffer.from(signed.statement, 'utf8'), key, signature)) {
    throw new SignatureRefused(`the signature does not fit the statement (key ${signed.keyId})`);
  }
  return parseCanonical(signed.statement);
}

function parseCanonical(text: string): unknown {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new SignatureRefused('the signed statement is not JSON', { cause });
  }
  if (canonicalJson(value) !== text) throw new SignatureRefused('the signed statement is not canonical JSON');
  return value;
}

const printable = (text: string): string => text.slice(0, 32).replace(/[^\w-]/g, '?');
