import { expect, test } from '@jest/globals';
import { fileURLToPath } from 'node:url';
import { nightshift } from './command-line.ts';

const runbooks = fileURLToPath(new URL('./fixtures/runbooks.ts', import.meta.url));
const backtest = (lines: readonly string[], ...args: string[]) =>
  nightshift(['runbook', 'backtest', '-', '--runbooks', runbooks, ...args], { stdin: lines.join('\n') });
const fired = (time: string, service: string, name = 'ServiceSick') =>
  JSON.stringify({ name, labels: { service }, startedAt: `2026-11-${time}:00Z` });

test('shows what would have become of a month of alerts', async () => {
  const { code, out } = await backtest([
    fired('20T02:00', 'shop'),
    fired('20T02:01', 'shop'),
    fired('20T02:02', 'cart'),
    fired('20T02:30', 'shop'),
    fired('22T09:00', 's'),
    fired('22T09:00', 'shop', 'Watchdog'),
    'not JSON',
  ]);
  expect(code).toBe(0);
  expect(out).toMatchInlineSnapshot(`
   "6 alerts fired, 0 ended, 0 came twice. Each run is taken to last 15 min, and to
   have changed nothing when its alert ended.

   RUNBOOKS
   RUNBOOK       RUNS  AT ONCE  JOINED  IGNORED  RUNS THAT WAITED
   service-sick  3     1        1       0        1 cools down after the last run,…

   NOT STARTED
     service-sick, 1 alert: input.service: Too small: expected string to have >=2
     characters

   DAYS (UTC)
   DAY         ALERTS  RUNS
   2026-11-20  4       service-sick 3
   2026-11-21  0
   2026-11-22  2

   FITS NO RUNBOOK
     Watchdog: 1

   UNREADABLE
     line 7: Unexpected token 'o', "not JSON" is not valid JSON
   "
  `);
});

test('prints all of it as JSON: each alert with its line and why a run waits', async () => {
  const { out } = await backtest(
    [fired('20T02:00', 'shop'), fired('20T02:30', 'shop')],
    '-o',
    'json',
    '--run-takes',
    '10m',
  );
  const { alerts, runs, summary } = JSON.parse(out) as Record<string, unknown>;
  expect(alerts).toMatchObject([
    { line: 1, runs: [{ runbook: 'service-sick', effect: 'new' }] },
    {
      line: 2,
      runs: [
        { effect: 'delayed', why: 'cools down after the last run', notBefore: '2026-11-20T03:10:00.000Z' },
      ],
    },
  ]);
  expect(runs).toMatchObject([
    { startedAt: '2026-11-20T02:00:00.000Z', endedAt: '2026-11-20T02:10:00.000Z' },
    { startedAt: '2026-11-20T03:10:00.000Z' },
  ]);
  expect(summary).toMatchObject({
    firing: 2,
    runbooks: [{ waited: { 'cools down after the last run': 1 } }],
  });
});

test.each([
  [['nothing'], [], 2, 'there is no alert in -; line 1: Unexpected token'],
  [[], [], 2, 'there is no alert in -'],
  [[], ['--only', 'other'], 4, 'there is no runbook "other"'],
  [[], ['--run-takes', 'long'], 2, '"long" is not a length of time'],
  [[], ['--runbooks', 'nowhere.ts'], 4, 'there is no file'],
  [[], ['--runbooks', 'README.md'], 2, 'cannot be loaded'],
  [[], ['--runbooks', 'activities/kit/duration.ts'], 2, 'has no runbooks as its default export'],
] as const)('%j %j is refused with %i', async (lines, args, code, message) => {
  const ran = await backtest(lines, ...args);
  expect(ran.code).toBe(code);
  expect(ran.err).toContain(message);
});
