/** A thread of Slack that several runs share, and one that is longer than a page. */
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { secret } from '../../../config/index.ts';
import type { Outgoing } from '../../../gateway/telling/channel.ts';
import { openChannel } from '../../../gateway/telling/channels/index.ts';
import { grouped } from '../../../gateway/telling/grouped.ts';
import type { Telling } from '../../../gateway/telling/telling.ts';
import { startReceiver, type Receiver } from './receiver.ts';

interface Message {
  readonly ts: string;
  readonly text?: string;
  readonly blocks?: object[];
  readonly metadata?: object;
}

const PAGE = 2;
const THREAD = '1700.0';
let receiver: Receiver;
let kept: Message[];
beforeEach(async () => {
  receiver = await startReceiver();
  kept = [{ ts: THREAD, text: 'a list of what was asked in the storm' }];
  receiver.reply = ({ path, body }) => {
    if (path === '/chat.postMessage') {
      const message = { ...body, ts: `1700.${kept.length}` };
      kept.push(message);
      return { body: { ok: true, ts: message.ts } };
    }
    if (path === '/chat.update') {
      kept = kept.map((message) => (message.ts === body['ts'] ? { ...message, ...body } : message));
      return { body: { ok: true } };
    }
    // Oldest first, as Slack pages a thread.
    const from = Number(body['cursor'] ?? 0);
    const next = from + PAGE < kept.length ? String(from + PAGE) : '';
    const messages = kept.slice(from, from + PAGE);
    return { body: { ok: true, messages, response_metadata: { next_cursor: next } } };
  };
});
afterEach(() => receiver.close());

const chat = (buttons = true) =>
  openChannel({
    slack: {
      ...{ token: secret.literal('xoxb-1'), channel: 'C1', api: receiver.url, approvesUpTo: 'reversible' },
      ...(buttons && { signingSecret: secret.literal('signing') }),
    },
  });

const about = (run: string, change: Partial<Telling> = {}): Telling => ({
  ...{ event: 'question', deployment: 'test', run, runbook: 'sick', question: 'q1', title: `Move ${run}` },
  ...{ lines: [], asks: [], commands: [], at: '2026-11-21T02:50:00Z' },
  ...change,
});
const asks = (run: string): Telling =>
  about(run, {
    answering: {
      ...{
        kind: 'approve',
        questionHash: 'hash',
        planHash: 'plan',
        risk: 'reversible',
        diff: [],
        whole: true,
      },
      options: ['approve', 'reject'],
    },
  });
const closes = (run: string): Telling => about(run, { event: 'answer', closedAs: 'approve' });

const send = (id: string, telling: Telling, change: Partial<Outgoing> = {}) =>
  chat().send(
    {
      ...{ id, tellings: [telling], since: '2026-11-21T02:50:01Z', again: false, thread: THREAD },
      ...change,
    },
    new AbortController().signal,
  );
/** Whose questions can be clicked on. */
const open = () =>
  kept.filter(({ blocks = [] }) => blocks.length > 0).map(({ text }) => /^\*Move (\S+)\*/.exec(text!)?.[1]);

test('an answer closes the question of its own run, not one of the same number of another', async () => {
  await send('m1', asks('sick/shop/1'));
  await send('m2', asks('sick/cart/1'));
  expect(open()).toEqual(['sick/shop/1', 'sick/cart/1']);
  await send('m3', closes('sick/cart/1'));
  expect(open()).toEqual(['sick/shop/1']);
});

test('the buttons go where the question lies behind the first page of a thread, and nothing is posted twice', async () => {
  for (let n = 0; n < 2 * PAGE; n += 1)
    await send(`told-${n}`, about(`sick/told/${n}`, { event: 'failure' }));
  await send('m1', asks('sick/shop/1'));
  const before = kept.length;
  expect(await send('m1', asks('sick/shop/1'), { again: true })).toBe(THREAD);
  expect(kept).toHaveLength(before);
  await send('m2', closes('sick/shop/1'));
  expect(open()).toEqual([]);
});

test('where questions have buttons an answer comes by itself, also of many runs at once', () => {
  const rows = Array.from({ length: 12 }, (_, n) => ({
    ...{ id: `m${n}`, channel: 'chat', workflowId: `sick/shop/${n}`, kind: n === 11 ? 'end' : 'answer' },
    ...{ message: closes(`sick/shop/${n}`), createdAt: '2026-11-21T02:50:00Z', attempts: 1 },
  }));
  const sizes = (buttons: boolean) => {
    const { alone = [] } = chat(buttons);
    return grouped(rows, ({ kind }) => alone.includes(kind)).map((group) => group.length);
  };
  expect(sizes(true)).toEqual(Array(12).fill(1));
  expect(sizes(false)).toEqual([12]);
});
