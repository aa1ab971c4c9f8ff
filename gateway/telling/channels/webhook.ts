/**
 * Anything else: a JSON POST that carries `Idempotency-Key` and, where a secret is configured,
 * `X-Nightshift-Signature: t=SECONDS,v1=HEX`, the HMAC-SHA256 of `SECONDS.BODY`, as tickets do.
 */
import { signature, SIGNATURE_HEADER } from '../../../activities/http/signature.ts';
import type { Secret } from '../../../config/index.ts';
import { postJson, type OpenChannel } from '../channel.ts';

export const webhookChannel = (address: () => string, secret: Secret | undefined): OpenChannel => ({
  async send({ id, tellings }, signal) {
    const body = JSON.stringify({ id, tellings });
    const signed = secret && {
      [SIGNATURE_HEADER]: signature({ secret: secret.reveal(), body, at: new Date() }),
    };
    await postJson(address(), body, { headers: { 'idempotency-key': id, ...signed }, signal });
    return undefined;
  },
});
