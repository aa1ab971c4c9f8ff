import { createHmac } from 'node:crypto';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { secret } from '../../../config/index.ts';
import type { Outgoing } from '../../../gateway/telling/channel.ts';
import { openChannel } from '../../../gateway/telling/channels/index.ts';
import type { Telling } from '../../../gateway/telling/telling.ts';
import { startReceiver, type Receiver } from './receiver.ts';

let receiver: Receiver;
beforeEach(async () => void (receiver = await startReceiver()));
afterEach(() => receiver.close());

const telling: Telling = {
  event: 'question',
  deployment: 'test',
  run: 'sick/shop/1',
  runbook: 'sick',
  title: 'payments-oncall: Move <!channel> off *n1*',
  lines: ['1. cordon n1 & wait', '[more](https://evil.example)'],
  asks: ['payments-oncall'],
  commands: ['nightshift approve sick/shop/1'],
  at: '2026-11-21T02:50:00Z',
};
const message = (change: Partial<Outgoing> = {}): Outgoing => ({
  ...{ id: 'test-7-chat', tellings: [telling], since: '2026-11-21T02:50:01Z', again: false },
  ...change,
});
const never = new AbortController().signal;

test('webhook: signed over its bytes, with a key that is the same for the same message', async () => {
  const channel = openChannel({
    webhook: { url: secret.literal(receiver.url), secret: secret.literal('s') },
  });
  expect(await channel.send(message(), never)).toBeUndefined();
  const [{ headers, text, body }] = receiver.received as [(typeof receiver.received)[0]];
  expect(headers['idempotency-key']).toBe('test-7-chat');
  expect(body).toEqual({ id: 'test-7-chat', tellings: [telling] });
  const [, t, v1] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(String(headers['x-nightshift-signature'])) ?? [];
  expect(v1).toBe(createHmac('sha256', 's').update(`${t}.${text}`).digest('hex'));
});

test.each([
  [{ status: 500 }, 'it answered 500', 'soon'],
  [{ status: 429, headers: { 'retry-after': '7' } }, 'it answered 429', 7000],
  [{ status: 503 }, 'it answered 503', 'soon'],
  [{ status: 404 }, 'it answered 404', 'never'],
  [{ hangUp: true as const }, 'it cannot be reached: UND_ERR_SOCKET', 'soon'],
])('webhook that does not take it: %j', async (reply, problem, retry) => {
  receiver.reply = () => reply;
  const channel = openChannel({ webhook: { url: receiver.url } });
  await expect(channel.send(message(), never)).rejects.toMatchObject({ message: problem, retry });
});

test('an address is never in the words of a failure', async () => {
  const url = `${receiver.url}/services/T0/B0/secret-part`;
  await receiver.close();
  const failure = await openChannel({ teams: { url } })
    .send(message(), never)
    .catch((error: Error) => error);
  expect(String(failure)).toBe('NotTold: it cannot be reached: ECONNREFUSED');
});

test('Teams: a card in which nothing of a stranger is a link or a mention', async () => {
  await openChannel({ teams: { url: receiver.url } }).send(message(), never);
  const { body } = receiver.received[0]!;
  const [{ content }] = body['attachments'] as [{ content: { body: { text: string }[] } }];
  expect(content.body.map(({ text }) => text)).toEqual([
    'payments-oncall: Move \\<!channel\\> off \\*n1\\*',
    '1. cordon n1 & wait',
    '\\[more\\]\\(https://evil.example\\)',
    'nightshift approve sick/shop/1',
  ]);
});

const slack = () =>
  openChannel({ slack: { token: secret.literal('xoxb-1'), channel: 'C1', api: receiver.url } });

test('Slack: the first message of a run begins a thread, the others go there', async () => {
  receiver.reply = () => ({ body: { ok: true, ts: '1700.1' } });
  expect(await slack().send(message(), never)).toBe('1700.1');
  expect(await slack().send(message({ id: 'test-8-chat', thread: '1700.1' }), never)).toBe('1700.1');
  const [first, second] = receiver.received;
  expect(first).toMatchObject({ path: '/chat.postMessage', headers: { authorization: 'Bearer xoxb-1' } });
  expect(first?.body).toEqual({
    channel: 'C1',
    text: [
      '*payments-oncall: Move &lt;!channel&gt; off ∗n1∗*',
      '1. cordon n1 &amp; wait',
      '[more](https://evil.example)',
      '`nightshift approve sick/shop/1`',
    ].join('\n'),
    unfurl_links: false,
    unfurl_media: false,
    metadata: { event_type: 'nightshift_message', event_payload: { id: 'test-7-chat' } },
  });
  expect(second?.body['thread_ts']).toBe('1700.1');
});

test('Slack: what may have arrived before is looked for, and not sent twice', async () => {
  const kept: { ts: string; metadata: object }[] = [];
  receiver.reply = ({ path, body }) => {
    if (path !== '/chat.postMessage') return { body: { ok: true, messages: kept } };
    kept.push({ ts: `1700.${kept.length}`, metadata: body['metadata'] as object });
    return kept.length === 1 ? { hangUp: true } : { body: { ok: true, ts: '1700.9' } };
  };
  await expect(slack().send(message(), never)).rejects.toMatchObject({ retry: 'soon' });
  expect(await slack().send(message({ again: true }), never)).toBe('1700.0');
  expect(kept).toHaveLength(1);
  expect(await slack().send(message({ id: 'other', again: true, thread: '1700.0' }), never)).toBe('1700.0');
  expect(receiver.received.at(-2)).toMatchObject({ path: '/conversations.replies', body: { ts: '1700.0' } });
});

test.each([
  [{ ok: false, error: 'channel_not_found' }, 'Slack says: channel_not_found', 'never'],
  [{ ok: false, error: 'ratelimited' }, 'Slack says: ratelimited', 'soon'],
  ['<html>', 'Slack says: an answer that is not Slack’s', 'soon'],
])('Slack refuses: %j', async (body, problem, retry) => {
  receiver.reply = () => ({ body });
  await expect(slack().send(message(), never)).rejects.toMatchObject({ message: problem, retry });
});
