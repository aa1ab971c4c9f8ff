/**
 * Slack by its Web API: the messages of a run are one thread. Slack knows no idempotency; each message carries its id as
 * metadata, and one that may have arrived before is looked for first (https://api.slack.com/methods/chat.postMessage,
 * https://api.slack.com/metadata).
 */
import { z } from 'zod';
import { jsonOf } from '../../../activities/http/json-of.ts';
import type { Secret } from '../../../config/index.ts';
import { questionBlocks, type ButtonsConfig } from '../../slack/question-blocks.ts';
import { NotTold, postJson, type OpenChannel, type Outgoing } from '../channel.ts';
import type { Telling } from '../telling.ts';

export interface SlackConfig extends ButtonsConfig {
  readonly token: Secret;
  readonly channel: string;
  readonly api: string;
  /** Without it nobody could click. */
  readonly signingSecret?: Secret | undefined;
}

const EVENT_TYPE = 'nightshift_message';
const CODE = /^[a-z_]{1,60}$/;

const Answer = z.looseObject({ ok: z.boolean(), error: z.string().optional(), ts: z.string().optional() });
const History = z.looseObject({
  messages: z
    .array(
      z.looseObject({
        ts: z.string(),
        text: z.string().optional(),
        blocks: z.array(z.looseObject({ type: z.string() })).optional(),
        metadata: z
          .looseObject({
            event_payload: z.looseObject({ id: z.string().optional(), question: z.string().optional() }),
          })
          .optional(),
      }),
    )
    .default([]),
  response_metadata: z.looseObject({ next_cursor: z.string().optional() }).optional(),
});
type Kept = z.output<typeof History>['messages'][number];

/** Of 200 messages each: more would take longer than an attempt has. */
const MOST_PAGES = 10;

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

/** chat.update takes 4,000 characters, with what is added; the rest of the story is in the record. */
const LONGEST_UPDATE = 3_000;

type Call = (method: string, body: object | URLSearchParams, signal: AbortSignal) => Promise<unknown>;

function createCall({ token, api }: Pick<SlackConfig, 'token' | 'api'>): Call {
  return async (method, body, signal) => {
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
}

/** Says something to one person in a thread; nobody else sees it. Throws a NotTold. */
export async function sayTo(
  { channel, ...app }: Pick<SlackConfig, 'token' | 'api' | 'channel'>,
  { user, thread, text }: { readonly user: string; readonly thread: string; readonly text: string },
): Promise<void> {
  const body = { channel, user, thread_ts: thread, text: escaped(text) };
  await createCall(app)('chat.postEphemeral', body, AbortSignal.timeout(SAY_MS));
}
const SAY_MS = 20_000;

export function slackChannel(config: SlackConfig): OpenChannel {
  const { channel } = config;
  const call = createCall(config);

  /** What the channel or the thread holds, page by page: Slack answers the oldest of a thread first. */
  async function* read(
    { thread, ...more }: { readonly thread: string | undefined; readonly oldest?: string },
    signal: AbortSignal,
  ): AsyncGenerator<Kept> {
    const method = thread === undefined ? 'conversations.history' : 'conversations.replies';
    const where = { channel, ...(thread !== undefined && { ts: thread }), ...more };
    let cursor = '';
    for (let page = 0; page < MOST_PAGES; page++) {
      const query = { ...where, limit: '200', include_all_metadata: 'true', ...(cursor && { cursor }) };
      const answer = History.parse(await call(method, new URLSearchParams(query), signal));
      yield* answer.messages;
      cursor = answer.response_metadata?.next_cursor ?? '';
      if (cursor === '') return;
    }
  }

  /** Where a message is that an attempt without an answer has left there after all. */
  const findSent = async (
    { id, since, thread }: Outgoing,
    signal: AbortSignal,
  ): Promise<string | undefined> => {
    const oldest = String(Math.floor(Date.parse(since) / 1000));
    for await (const { ts, metadata } of read({ thread, oldest }, signal))
      if (metadata?.event_payload.id === id) return ts;
    return undefined;
  };

  /** Takes the buttons of a question that is over off its messages, and says how it ended. Done twice it is done once. */
  const closeQuestion = async (thread: string, answer: Telling, signal: AbortSignal): Promise<void> => {
    const question = keyOf(answer);
    for await (const { ts, text = '', blocks = [], metadata } of read({ thread }, signal)) {
      if (metadata?.event_payload.question !== question) continue;
      if (!blocks.some(({ type }) => type === 'actions')) continue;
      const over = `${text.slice(0, LONGEST_UPDATE)}\n\n*${escaped(answer.title)}*`;
      await call('chat.update', { channel, ts, text: over, blocks: [] }, signal).catch((error: unknown) => {
        // A message that somebody deleted, or one too old to be changed, keeps nobody from being told.
        if (!(error instanceof NotTold) || error.retry !== 'never') throw error;
      });
    }
  };

  return {
    // The buttons of a question are found by the thread, which a list of several runs does not have.
    ...(config.signingSecret && { alone: ['answer'] }),
    async send(message, signal) {
      const sent = message.again ? await findSent(message, signal) : undefined;
      const ts = sent ?? Answer.parse(await call('chat.postMessage', post(config, message), signal)).ts;
      const { thread, tellings } = message;
      const over = tellings.filter(({ event, question }) => event === 'answer' && question !== undefined);
      if (thread && config.signingSecret)
        for (const answer of over) await closeQuestion(thread, answer, signal);
      return thread ?? ts;
    },
  };
}

/** Every run has a question of this id, and runs of a storm share a thread. */
const keyOf = ({ run, question }: Telling): string => JSON.stringify([run, question]);

const post = (config: SlackConfig, { id, tellings, thread }: Outgoing) => {
  const [first] = tellings;
  const blocks = tellings.length === 1 ? blocksOf(config, first) : undefined;
  return {
    channel: config.channel,
    text: tellings.map(textOf).join('\n\n'),
    ...(blocks && { blocks }),
    // Addresses in texts of strangers become no previews.
    ...{ unfurl_links: false, unfurl_media: false },
    ...(thread && { thread_ts: thread }),
    metadata: {
      event_type: EVENT_TYPE,
      event_payload: { id, ...(blocks && first.question !== undefined && { question: keyOf(first) }) },
    },
  };
};

function blocksOf(
  { signingSecret, approvesUpTo, link }: SlackConfig,
  telling: Telling,
): object[] | undefined {
  const { answering } = telling;
  if (!signingSecret || !answering) return undefined;
  const buttons = { approvesUpTo, link };
  return questionBlocks({ ...telling, answering }, { text: textOf(telling), escape: escaped, buttons });
}

const textOf = ({ title, lines, commands }: Telling): string =>
  [
    `*${escaped(title)}*`,
    ...lines.map(escaped),
    ...commands.map((command) => `\`${escaped(command).replaceAll('`', "'")}\``),
  ].join('\n');

/** Slack's control characters: nobody is mentioned and nothing is linked by what a stranger wrote. */
const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('*', '∗');
