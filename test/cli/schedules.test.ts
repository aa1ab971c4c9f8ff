import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { nightshift } from './command-line.ts';
import { screenOf } from './render/samples.ts';
import { startSmallGateway, type SmallGateway } from './small-gateway.ts';

let gateway: SmallGateway;
let env: Record<string, string>;
beforeAll(async () => {
  gateway = await startSmallGateway();
  env = { NIGHTSHIFT_URL: gateway.url, NIGHTSHIFT_TOKEN: 't' };
});
afterAll(() => gateway.close());

test('lists when each comes next and what became of the last', async () => {
  const { code, out } = await nightshift(['schedules'], { env, io: { screen: () => screenOf(140) } });
  expect(code).toBe(0);
  expect(out).toMatchInlineSnapshot(`
   "SCHEDULE            WHEN             NEXT                                LAST
   node-check:nightly  0 6 * * * (UTC)  06:00:00, in 3 h 10 min             2026-11-20 06:00:00 completed: node-check/all/7; missed before it,…
   node-check:weekly   0 6 * * * (UTC)  paused by ana since 02:00:00: move  2026-11-20 06:00:00 skipped: node-check/all/7 had not ended
   "
  `);
});

test('pauses and resumes with a reason', async () => {
  const paused = await nightshift(['schedules', 'pause', 'node-check:nightly', '--reason', 'move'], { env });
  expect(paused).toMatchObject({
    code: 0,
    out: expect.stringContaining('schedules resume node-check:nightly'),
  });
  expect(gateway.asked.at(-1)).toMatchObject({
    path: 'POST /api/schedules/node-check:nightly/pause',
    body: { reason: 'move' },
  });
  await nightshift(['schedules', 'resume', 'node-check:nightly', '--reason', 'done'], { env });
  expect(gateway.asked.at(-1)).toMatchObject({ body: { reason: 'done' } });
});

test.each([
  [['schedules', 'pause', 'a'], "required option '--reason <text>' not specified"],
  [['schedules', 'halt', 'a'], 'too many arguments'],
])('%j is wrong usage', async (args, message) => {
  const { code, err } = await nightshift(args, { env });
  expect(code).toBe(2);
  expect(err).toContain(message);
});
