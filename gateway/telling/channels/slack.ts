/**
 * Slack by its Web API: the messages of a run are one thread. Slack knows no idempotency; each message carries its id as
 * metadata, and one that may have arrived before is looked for first (https://api.slack.com/methods/chat.postMessage,
 * https://api.slack.com/metadata).
 */
import { z } from 'zod';
import { jsonOf } from '../../../activities/http/json-of.ts';
import type { Secret } from '../../../config/index.ts';
import { NotTold, postJson, type OpenChannel, type Outgoing } from '../channel.ts';
import type { Telling } from '../telling.ts';

export interface SlackConfig {
  readonly token: Secret;
  readonly channel: string;
  readonly api: string;
}

const EVENT_TYPE = 'nightshift_message';
const CODE = /^[a-z_]{1,60}$/;

const Answer = z.looseObject({ ok: z.boolean(), error: z.string().optional(), ts: z.string().optional() });
const History = z.looseObject({
  messages: z
    .array(
      z.looseObject({
        ts: z.string(),
        metadata: z.looseObject({ event_payload: z.looseObject({ id: z.string().optional() }) }).optional(),
      }),
    )
    .default([]),
});

/** Errors that a second attempt may not meet; a token that was rotated is refused until the new one is read. */
const PASSING = new Set([
  'ratelimited',
  'internal_error',
  'fatal_error',
  'service_unavailable',
  'request_timeout',
  'not_authed',
  'invalid_auth',
  'account_inactive',
  'token_expired',
  'token_revoked',
]);

export function slackChannel({ token, channel, api }: SlackConfig): OpenChannel {
  const call = async (
    method: string,
    body: object | URLSearchParams,
    signal: AbortSignal,
  ): Promise<unknown> => {
    const headers: Record<string, string> = { authorization: `Bearer ${token.reveal()}` };
    // Methods that read take no JSON.
    const isForm = body instanceof URLSearchParams;
    if (isForm) headers['content-type'] = 'application/x-www-form-urlencoded';
    const text = await postJson(`${api}/${method}`, isForm ? String(body) : body, { headers, signal });
    const json = jsonOf(text);
    const answer = Answer.safeParse(json).data;
    if (answer?.ok) return json;
    // Slack's errors are words like `channel_not_found`; what a proxy says instead may repeat the request and its token.
    const error = answer?.error && CODE.test(answer.error) ? answer.error : 'an answer that is not Slack’s';
    throw new NotTold(`Slack says: ${error}`, answer && !PASSING.has(error) ? 'never' : 'soon');
  };

  /** Where a message is that an attempt without an answer has left there after all. */
  const findSent = async (
    { id, since, thread }: Outgoing,
    signal: AbortSignal,
  ): Promise<string | undefined> => {
    const oldest = String(Math.floor(Date.parse(since) / 1000));
    const method = thread ? 'conversations.replies' : 'conversations.history';
    const query = {
      channel,
      oldest,
      limit: '200',
      include_all_metadata: 'true',
      ...(thread && { ts: thread }),
    };
    const { messages } = History.parse(await call(method, new URLSearchParams(query), signal));
    return messages.find(({ metadata }) => metadata?.event_payload.id === id)?.ts;
  };

  return {
    async send(message, signal) {
      const sent = message.again ? await findSent(message, signal) : undefined;
      if (sent) return message.thread ?? sent;
      const answer = await call('chat.postMessage', post(channel, message), signal);
      return message.thread ?? Answer.parse(answer).ts;
    },
  };
}

const post = (channel: string, { id, tellings, thread }: Outgoing) => ({
  channel,
  text: tellings.map(textOf).join('\n\n'),
  // Addresses in texts of strangers become no previews.
  ...{ unfurl_links: false, unfurl_media: false },
  ...(thread && { thread_ts: thread }),
  metadata: { event_type: EVENT_TYPE, event_payload: { id } },
});

const textOf = ({ title, lines, commands }: Telling): string =>
  [
    `*${escaped(title)}*`,
    ...lines.map(escaped),
    ...commands.map((command) => `\`${escaped(command).replaceAll('`', "'")}\``),
  ].join('\n');

/** Slack's control characters: nobody is mentioned and nothing is linked by what a stranger wrote. */
const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('*', '∗');
