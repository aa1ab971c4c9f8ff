/**
 * Anything else: a JSON POST that carries `Idempotency-Key` and, where a secret is configured,
 * `X-Nightshift-Signature: t=SECONDS,v1=HEX`, the HMAC-SHA256 of `SECONDS.BODY`, as tickets do.
 */
import { createHmac } from 'node:crypto';
import type { Secret } from '../../../config/index.ts';
import { postJson, type OpenChannel } from '../channel.ts';

export const webhookChannel = (address: () => string, secret: Secret | undefined): OpenChannel => ({
  async send({ id, tellings }, signal) {
    const body = JSON.stringify({ id, tellings });
    const seconds = Math.floor(Date.now() / 1000);
    const headers: Record<string, string> = { 'idempotency-key': id };
    if (secret) {
      const hex = createHmac('sha256', secret.reveal()).update(`${seconds}.${body}`).digest('hex');
      headers['x-nightshift-signature'] = `t=${seconds},v1=${hex}`;
    }
    await postJson(address(), body, { headers, signal });
    return undefined;
  },
});
