import { createHmac } from 'node:crypto';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { secret } from '../../../config/index.ts';
import { freePort } from '../../../embedded/ports.ts';
import type { Outgoing } from '../../../gateway/telling/channel.ts';
import { openChannel } from '../../../gateway/telling/channels/index.ts';
import { grouped } from '../../../gateway/telling/grouped.ts';
import { shown } from '../../../gateway/telling/shown.ts';
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
  [{ status: 401 }, 'it answered 401', 'soon'],
  [{ status: 403 }, 'it answered 403', 'soon'],
  [{ status: 404 }, 'it answered 404', 'never'],
  [{ hangUp: true as const }, 'it cannot be reached: UND_ERR_SOCKET', 'soon'],
])('webhook that does not take it: %j', async (reply, problem, retry) => {
  receiver.reply = () => reply;
  const channel = openChannel({ webhook: { url: receiver.url } });
  await expect(channel.send(message(), never)).rejects.toMatchObject({ message: problem, retry });
});

test('an address is never in the words of a failure', async () => {
  const url = `http://127.0.0.1:${await freePort()}/services/T0/B0/secret-part`;
  const failure = await openChannel({ teams: { url } })
    .send(message(), never)
    .catch((error: Error) => error);
  expect(String(failure)).toBe('NotTold: it cannot be reached: ECONNREFUSED');
});

test('an address out of a secret that is none, or carries a password, is said to be that', async () => {
  const urls = [receiver.url.replace('//', '//ana:s3cret@'), 'not an address', 'ftp://example.com/s3cret'];
  for (const url of urls)
    await expect(
      openChannel({ webhook: { url: secret.literal(url) } }).send(message(), never),
    ).rejects.toMatchObject({
      message: expect.stringMatching(
        /^what its url names is no address, or carries a user or a password; write/,
      ),
      retry: 'soon',
    });
  expect(receiver.received).toEqual([]);
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

test('Teams and Slack: forty questions of eight changes are within what they take', async () => {
  receiver.reply = () => ({ body: { ok: true, ts: '1700.1' } });
  const asked = (n: number): Telling => ({
    ...telling,
    ...{ run: `sick/shop/${n}`, title: `payments-oncall: ${`Move shop-${n} off its node. `.repeat(20)}` },
    lines: Array.from({ length: 8 }, (_, i) => `${i + 1}. cordon the node n${i} in the zone of shop-${n}`),
    commands: [`nightshift questions sick/shop/${n}`, `nightshift approve sick/shop/${n}`],
  });
  const rows = Array.from({ length: 40 }, (_, n) => ({
    ...{ id: `m${n}`, channel: 'chat', workflowId: `sick/shop/${n}`, kind: 'question', message: asked(n) },
    ...{ createdAt: '2026-11-21T02:50:00Z', attempts: 1 },
  }));
  for (const open of [() => openChannel({ teams: { url: receiver.url } }), slack])
    for (const group of grouped(rows)) {
      const tellings = shown(group.map(({ message: one }) => one as Telling));
      await open().send(message({ tellings: tellings as unknown as Outgoing['tellings'] }), never);
    }
  expect(Math.max(...receiver.received.map(({ text }) => Buffer.byteLength(text)))).toBeLessThan(28_000);
  const text = receiver.received.map((one) => one.text).join('\n');
  for (const { message: one } of rows) expect(text.split(`${one.commands[0]}"`)).toHaveLength(2);
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
  [{ ok: false, error: 'invalid_auth' }, 'Slack says: invalid_auth', 'soon'],
  [{ ok: false, error: 'token_revoked' }, 'Slack says: token_revoked', 'soon'],
  ['<html>', 'Slack says: an answer that is not Slack’s', 'soon'],
])('Slack refuses: %j', async (body, problem, retry) => {
  receiver.reply = () => ({ body });
  await expect(slack().send(message(), never)).rejects.toMatchObject({ message: problem, retry });
});

const pager = (key = 'R0123456789abcdefghijklmnopqrst1') =>
  openChannel({ pagerduty: { routingKey: secret.literal(key), api: receiver.url } });
const tell = (change: Partial<Telling>) => message({ tellings: [{ ...telling, ...change }] });

test('PagerDuty: a question is one alert until it is answered, however often it is sent', async () => {
  receiver.reply = () => ({ status: 202, body: { status: 'success', message: 'Event processed' } });
  const question = { question: 'q1', severity: 'page' };
  const key = await pager().send(tell(question), never);
  await pager().send(tell({ ...question, event: 'escalation' }), never);
  await pager().send(tell({ ...question, event: 'answer' }), never);
  const [first, second, third] = receiver.received;
  expect(first).toMatchObject({
    path: '/v2/enqueue',
    body: {
      routing_key: 'R0123456789abcdefghijklmnopqrst1',
      event_action: 'trigger',
      dedup_key: key,
      payload: {
        summary: telling.title,
        source: 'nightshift test',
        severity: 'critical',
        timestamp: '2026-11-21T02:50:00Z',
        component: 'sick',
        custom_details: { run: 'sick/shop/1', commands: ['nightshift approve sick/shop/1'] },
      },
    },
  });
  expect(second?.body).toMatchObject({ event_action: 'trigger', dedup_key: key });
  expect(third?.body).toEqual({
    ...{ routing_key: 'R0123456789abcdefghijklmnopqrst1', event_action: 'resolve', dedup_key: key },
  });
});

test('PagerDuty: another question is another alert; a failed run too; changes and freezes wake nobody', async () => {
  const keys = await Promise.all([
    pager().send(tell({ question: 'q1' }), never),
    pager().send(tell({ question: 'q2' }), never),
    pager().send(tell({ event: 'failure' }), never),
  ]);
  expect(new Set(keys).size).toBe(3);
  receiver.received.length = 0;
  await pager().send(tell({ event: 'change', title: 'Done: cordon n1' }), never);
  await pager().send(tell({ event: 'freeze', run: undefined }), never);
  expect(receiver.received.map(({ path }) => path)).toEqual(['/v2/change/enqueue', '/v2/change/enqueue']);
  expect(receiver.received[0]?.body).toMatchObject({ payload: { summary: 'Done: cordon n1' } });
});

test('PagerDuty: it waits as long as it is told; a key that is none is never sent', async () => {
  receiver.reply = () => ({ status: 429, headers: { 'retry-after': '30' } });
  await expect(pager().send(message(), never)).rejects.toMatchObject({ retry: 30_000 });
  receiver.received.length = 0;
  await expect(pager('a-rest-api-token').send(message(), never)).rejects.toMatchObject({ retry: 'never' });
  expect(receiver.received).toEqual([]);
});

const grafana = () =>
  openChannel({
    grafana: { url: `${receiver.url}/`, token: secret.literal('glsa_1'), dashboard: 'd1', tags: ['prod'] },
  });

test('Grafana: an annotation at the moment of the change, which is text and no markup', async () => {
  receiver.reply = () => ({ body: { message: 'Annotation added', id: 17 } });
  const change = tell({ event: 'change', title: 'Done: <img src=x>', lines: ['node/n1'] });
  expect(await grafana().send(change, never)).toBe('17');
  expect(receiver.received).toMatchObject([
    {
      path: '/api/annotations',
      headers: { authorization: 'Bearer glsa_1' },
      body: {
        dashboardUID: 'd1',
        time: Date.parse(telling.at),
        tags: ['nightshift', 'change', 'sick', 'prod', expect.stringMatching(/^nightshift-[0-9a-f]{20}$/)],
        text: 'Done: &lt;img src=x&gt;<br>node/n1',
      },
    },
  ]);
});

test('Grafana: an annotation that was added without an answer is found, and not added again', async () => {
  const kept: { id: number; tags: string[] }[] = [];
  receiver.reply = ({ method, path, body }) => {
    const wanted = new URL(path, receiver.url).searchParams.get('tags');
    if (method === 'GET') return { body: kept.filter(({ tags }) => tags.includes(wanted!)) };
    kept.push({ id: 17 + kept.length, tags: body['tags'] as string[] });
    return kept.length === 1 ? { hangUp: true } : { body: { id: 18 } };
  };
  await expect(grafana().send(message(), never)).rejects.toMatchObject({ retry: 'soon' });
  expect(await grafana().send(message({ again: true }), never)).toBe('17');
  expect(await grafana().send(message({ id: 'other', again: true }), never)).toBe('18');
  expect(kept).toHaveLength(2);
});

test('Grafana: an answer of something else is no success', async () => {
  receiver.reply = () => ({ body: '<html>' });
  await expect(grafana().send(message(), never)).rejects.toMatchObject({
    message: 'an answer that is not Grafana’s',
    retry: 'soon',
  });
});
