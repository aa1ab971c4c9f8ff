/** Proofs that a webhook comes from whom it says. All comparisons take the same time wherever they differ. */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { Secret } from '../../config/index.ts';

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

/** True when the header is `Bearer` and this token. */
export function bearerMatches(header: string | undefined, token: string): boolean {
  const given = /^Bearer +(\S+)$/i.exec(header ?? '')?.[1];
  return given !== undefined && timingSafeEqual(digest(given), digest(token));
}

/** Those that can be read. What is missing of the others is told, and costs these nothing. */
export function revealed(secrets: readonly Secret[], missing: (error: Error) => void): string[] {
  return secrets.flatMap((secret) => {
    try {
      return [secret.reveal()];
    } catch (error) {
      missing(error as Error);
      return [];
    }
  });
}

/** True when one of the given values is the HMAC-SHA256 of the bytes with one of the secrets, in hexadecimal digits. */
export function hmacMatches(s: {
  readonly given: readonly string[];
  readonly bytes: Buffer;
  readonly secrets: readonly string[];
}): boolean {
  const given = s.given.filter((hex) => /^[0-9a-f]{64}$/i.test(hex)).map((hex) => Buffer.from(hex, 'hex'));
  const expected = s.secrets.map((secret) => createHmac('sha256', secret).update(s.bytes).digest());
  let matched = false;
  for (const e of expected) for (const g of given) matched = timingSafeEqual(e, g) || matched;
  return matched;
}

/**
 * True when one of the header's signatures (`v1=HEX`, comma-separated) fits: there are several while a secret is rotated
 * (https://developer.pagerduty.com/docs/verifying-webhook-signatures).
 */
export function pagerdutySignatureMatches(s: {
  readonly header: string | undefined;
  readonly body: Buffer;
  readonly secrets: readonly string[];
}): boolean {
  const given = (s.header ?? '')
    .split(',')
    .map((part) => /^v1=([0-9a-f]+)$/i.exec(part.trim())?.[1])
    .filter((hex) => hex !== undefined)
    .slice(0, 10);
  return hmacMatches({ given, bytes: s.body, secrets: s.secrets });
}
