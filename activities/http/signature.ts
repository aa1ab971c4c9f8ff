import { createHmac } from 'node:crypto';

/** The header in which nightshift signs what it posts. */
export const SIGNATURE_HEADER = 'x-nightshift-signature';

/** `t=SECONDS,v1=HEX`, the HMAC-SHA256 of `SECONDS.BODY`: for senders, receivers and tests to compare with. */
export function signature({ secret, body, at }: { secret: string; body: string; at: Date }): string {
  const t = Math.floor(at.getTime() / 1000);
  return `t=${t},v1=${createHmac('sha256', secret).update(`${t}.${body}`).digest('hex')}`;
}
