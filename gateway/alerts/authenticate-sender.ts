/** The ways in which senders prove who they are; each throws a ProblemError that names the field of the configuration. */
import type { Secret, Sender } from '../../config/index.ts';
import { ProblemError } from '../problem-error.ts';
import type { Delivery } from './source.ts';
import { bearerMatches, hmacMatches, revealed } from './signatures.ts';

/** How long a signed moment counts, before and after the gateway's own clock. */
const WINDOW_MS = 5 * 60_000;

/** `Authorization: Bearer TOKEN`. Throws a ProblemError (`bad-token`). */
function requireBearer({ headers }: Delivery, source: string, token: Secret): void {
  if (!bearerMatches(headers.authorization, token.reveal()))
    throw new ProblemError('bad-token', `send the bearer token that alertSources.${source} names`);
}

/** The bearer token or the client certificate that the configuration names. Throws a ProblemError. */
export function requireSender(delivery: Delivery, source: string, sender: Sender): void {
  if ('bearerToken' in sender) requireBearer(delivery, source, sender.bearerToken);
  else requireCertificate(delivery, source, sender.clientCertificate);
}

/** A name in a client certificate that the authority of gateway.senders vouches for. */
function requireCertificate({ certificate }: Delivery, source: string, name: string): void {
  if (certificate === undefined)
    throw new ProblemError(
      'bad-certificate',
      `alertSources.${source} asks for a client certificate: send to the port of gateway.senders, with one`,
    );
  if (!certificate.includes(name))
    throw new ProblemError(
      'bad-certificate',
      `the certificate is of ${certificate.join(', ') || 'nobody'}, and alertSources.${source} asks for "${name}"`,
    );
}

/**
 * Whether one of the secrets fits. One that cannot be read is logged. Where none of the others fits it may be the one
 * that is needed: its Error is thrown, and the sender tries again, as it would not where it is refused.
 */
export function anyFits(
  { log }: Delivery,
  secrets: readonly Secret[],
  fits: (secrets: readonly string[]) => boolean,
): boolean {
  let missing: Error | undefined;
  const fit = fits(
    revealed(secrets, (error) => {
      missing ??= error;
      log.warn({ err: error }, 'a secret of a sender cannot be read; the others count');
    }),
  );
  if (!fit && missing) throw missing;
  return fit;
}

/**
 * HMAC-SHA256 in hexadecimal digits, over the body or over `MOMENT:BODY` where a header carries the moment (in seconds
 * since 1970). Throws a ProblemError (`bad-signature`).
 */
export function requireSignature(
  delivery: Delivery,
  source: string,
  signed: {
    readonly header: string;
    readonly prefix?: string;
    readonly secrets: readonly Secret[];
    readonly timestampHeader?: string | undefined;
  },
): void {
  const { headers, body, now } = delivery;
  const { header, prefix = '', secrets, timestampHeader } = signed;
  const given = headers[header]?.toString() ?? '';
  const moment = timestampHeader === undefined ? undefined : (headers[timestampHeader]?.toString() ?? '');
  const bytes = moment === undefined ? body : Buffer.concat([Buffer.from(`${moment}:`), body]);
  const digits = given.startsWith(prefix) ? given.slice(prefix.length).trim() : '';
  if (!anyFits(delivery, secrets, (readable) => hmacMatches({ given: [digits], bytes, secrets: readable })))
    throw new ProblemError('bad-signature', `${header} fits none of the secrets in alertSources.${source}`);
  if (moment === undefined) return;
  const sentAt = /^\d{1,12}$/.test(moment) ? Number(moment) * 1000 : NaN;
  if (!(Math.abs(now.getTime() - sentAt) <= WINDOW_MS))
    throw new ProblemError(
      'bad-signature',
      `${timestampHeader} is not within 5 minutes of ${now.toISOString()}: an old delivery, or a clock that is wrong`,
    );
}
