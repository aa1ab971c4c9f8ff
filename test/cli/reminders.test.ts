import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { nightshift } from './command-line.ts';
import { detail, screenOf } from './render/samples.ts';
import { startSmallGateway, type SmallGateway } from './small-gateway.ts';

let gateway: SmallGateway;
let env: Record<string, string>;
beforeAll(async () => {
  gateway = await startSmallGateway();
  gateway.details = [detail];
  env = { NIGHTSHIFT_URL: gateway.url, NIGHTSHIFT_TOKEN: 't' };
});
afterAll(() => gateway.close());

const remind = (args: readonly string[]) =>
  nightshift(['reminders', ...args], { env, io: { screen: () => screenOf(140) } });

test('lists when who is asked what; what is being asked, and with --all what became of it', async () => {
  const { code, out } = await remind(['ls', '--all']);
  expect(code).toBe(0);
  expect(out).toMatchInlineSnapshot(`
   "REMINDER       WHEN                               ASKS             WHAT                         SET BY
   reminder-7f3a  2026-11-23 08:30:00, in 2 d 5 h    payments-oncall  Is the memory limit raised?  sick/shop/1
   reminder-8a1b  asked since 2026-11-20 08:30:00    payments-oncall  Is the memory limit raised?  sick/shop/1
   reminder-9c2d  closed 2026-11-20 09:00:00 by ana  payments-oncall  Is the memory limit raised?  sick/shop/1
   "
  `);
  expect((await remind([])).out).not.toContain('reminder-9c2d');
});

test('sets, closes, postpones and reopens', async () => {
  const words = 'next working day 09:30 Europe/Berlin';
  const set = await remind(['set', 'Is the disk there?', '--to', 'ana', '--at', words]);
  expect(set).toMatchObject({
    code: 0,
    out: expect.stringContaining('reminder-7f3a: ana is asked 2026-11-23'),
  });
  expect(gateway.asked.at(-1)).toMatchObject({
    path: 'POST /api/reminders',
    body: { text: 'Is the disk there?', to: 'ana', at: words },
  });
  await remind(['close', 'reminder-7f3a', '--reason', 'it is']);
  expect(gateway.asked.at(-1)).toMatchObject({ path: 'POST /api/reminders/reminder-7f3a/close' });
  await remind(['postpone', 'reminder-7f3a', '--until', 'monday 09:00', '--reason', 'later']);
  expect(gateway.asked.at(-1)).toMatchObject({ body: { until: 'monday 09:00', reason: 'later' } });
  const reopened = await remind(['reopen', 'reminder-7f3a', '--reason', 'again']);
  expect(reopened.out).toContain('reminder-7f3a is reopened as run ');
});

test('a reminder without a time or a reason is wrong usage', async () => {
  expect(await remind(['set', 'x', '--to', 'ana'])).toMatchObject({
    code: 2,
    err: expect.stringContaining("required option '--at <time>' not specified"),
  });
  expect((await remind(['close', 'reminder-7f3a'])).code).toBe(2);
});
