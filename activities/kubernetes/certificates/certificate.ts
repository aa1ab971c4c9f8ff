import { X509Certificate } from 'node:crypto';
import { printable } from '../client/failure.ts';
import type { Certificate } from '../contract/certificates.ts';

const LONGEST = 200;
const NAMES = 20;

/** The first certificate of a PEM file, or one in DER; undefined where there is none. */
export function certificateIn(file: Buffer | string): Certificate | undefined {
  try {
    const parsed = new X509Certificate(file);
    return {
      subject: printable(parsed.subject ?? '', LONGEST),
      issuer: printable(parsed.issuer ?? '', LONGEST),
      names: namesOf(parsed.subjectAltName),
      notBefore: new Date(parsed.validFrom).toISOString(),
      notAfter: new Date(parsed.validTo).toISOString(),
      fingerprint: parsed.fingerprint256.replaceAll(':', '').toLowerCase(),
    };
  } catch {
    return undefined;
  }
}

/** `DNS:shop.example, IP Address:10.0.0.1` */
function namesOf(alternative: string | undefined): string[] {
  return (alternative ?? '')
    .split(', ')
    .flatMap((entry) => /^(?:DNS|IP Address|URI):(.+)$/.exec(entry)?.[1] ?? [])
    .slice(0, NAMES)
    .map((name) => printable(name, LONGEST));
}
