import type { Secret } from '../../config/index.ts';
import { hmacMatches, revealed } from '../alerts/signatures.ts';

/** Slack asks to refuse what is older (https://docs.slack.dev/authentication/verifying-requests-from-slack). */
const WINDOW_MS = 5 * 60_000;

export interface SignedRequest {
  /** `X-Slack-Request-Timestamp`, in seconds. */
  readonly timestamp: string;
  /** `X-Slack-Signature`: `v0=` and an HMAC-SHA256 in hexadecimal digits over `v0:TIMESTAMP:BODY`. */
  readonly signature: string;
  readonly body: Buffer;
}

/** Why this request is not believed, or nothing when it is. */
export function whyNotSlack(
  { timestamp, signature, body }: SignedRequest,
  {
    secrets,
    now,
    missing = () => undefined,
  }: {
    readonly secrets: readonly Secret[];
    readonly now: number;
    /** Told of each secret that cannot be read; the others count. */
    readonly missing?: (error: Error) => void;
  },
): string | undefined {
  const bytes = Buffer.concat([Buffer.from(`v0:${timestamp}:`), body]);
  const digits = signature.startsWith('v0=') ? signature.slice(3) : '';
  // The signature first: of a stranger nothing is told about clocks.
  if (!hmacMatches({ given: [digits], bytes, secrets: revealed(secrets, missing) }))
    return 'X-Slack-Signature fits no signingSecret of the configuration';
  const sentAt = /^\d{1,12}$/.test(timestamp) ? Number(timestamp) * 1000 : NaN;
  if (Math.abs(now - sentAt) <= WINDOW_MS) return undefined;
  return 'X-Slack-Request-Timestamp is not within 5 minutes of now: an old request, or a clock that is wrong';
}
