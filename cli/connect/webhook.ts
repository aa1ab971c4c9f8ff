import { createHmac } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { directories } from '../../embedded/paths.ts';
import { ApiError } from '../../gateway/api-client.ts';
import { CliFailure } from '../failure.ts';
import { EXIT } from '../exit-code.ts';
import type { Io } from '../terminal/io.ts';
import { findGateway } from './gateway.ts';
import { readLocal } from './local-gateway.ts';

/** Where a source of alerts posts to, and how it proves itself there. */
export interface Webhook {
  readonly url: string;
  readonly source: string;
  readonly bearer: string | undefined;
  readonly signingSecret: string | undefined;
}

/**
 * A webhook's own secret is not a person's token, because alerts carry no person: NIGHTSHIFT_WEBHOOK_TOKEN, or the one
 * that `nightshift up` made here; NIGHTSHIFT_WEBHOOK_SECRET for sources that sign.
 */
export async function findWebhook(env: Io['env'], source: string): Promise<Webhook> {
  const { url } = await findGateway(env);
  const local = env['NIGHTSHIFT_URL'] ? undefined : await readLocal(directories(env).state);
  const made = local && (await readFile(local.webhookTokenFile, 'utf8').catch(() => undefined));
  return {
    url: new URL(`/webhooks/${source}`, url).href,
    source,
    bearer: env['NIGHTSHIFT_WEBHOOK_TOKEN'] ?? made?.trim(),
    signingSecret: env['NIGHTSHIFT_WEBHOOK_SECRET'],
  };
}

/** Posts as the source would; what the gateway answers. Throws a CliFailure or an ApiError with the next action. */
export async function postToWebhook(webhook: Webhook, body: unknown): Promise<unknown> {
  const { url, bearer } = webhook;
  const text = JSON.stringify(body);
  const response = await fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(bearer ? { authorization: `Bearer ${bearer}` } : {}),
      ...signatureOf(webhook, text),
    },
    body: text,
  }).catch((cause: unknown) => {
    throw new ApiError(`no gateway answers at ${url}`, { cause });
  });
  const answer: unknown = await response.json().catch(() => undefined);
  if (response.ok) return answer;
  const why =
    typeof answer === 'object' && answer && 'message' in answer
      ? String(answer.message)
      : `status ${response.status}`;
  if (response.status === 429 || response.status >= 500)
    throw new CliFailure(EXIT.unreachable, `the gateway cannot take the alert now: ${why}`, {
      next: 'send it again in a minute, as the source would; "nightshift doctor" finds out what is away',
    });
  const code = response.status === 404 ? EXIT.notFound : EXIT.refused;
  throw new CliFailure(code, `the gateway did not take the alert: ${why}`, {
    next:
      response.status === 401
        ? 'set NIGHTSHIFT_WEBHOOK_TOKEN (or NIGHTSHIFT_WEBHOOK_SECRET, where it signs) to the secret of this alert source'
        : response.status === 404
          ? 'add the source there and start the gateway anew; "nightshift alert send --source" posts as another one'
          : 'compare what was sent with what the source posts',
  });
}

/** As PagerDuty and Grafana sign. */
function signatureOf({ source, signingSecret }: Webhook, body: string): Record<string, string> {
  if (!signingSecret) return {};
  const hex = createHmac('sha256', signingSecret).update(body).digest('hex');
  if (source === 'pagerduty') return { 'x-pagerduty-signature': `v1=${hex}` };
  return source === 'grafana' ? { 'x-grafana-alerting-signature': hex } : {};
}
