import { expect, test } from '@jest/globals';
import { nextClock } from '../../cli/render/time.ts';
import { nightshift } from './command-line.ts';

test.each([
  ['later today', '06:00', '2026-11-21T02:00:00Z', 'UTC', '2026-11-21T06:00:00.000Z'],
  ['tomorrow', '06:00', '2026-11-21T06:00:00Z', 'UTC', '2026-11-22T06:00:00.000Z'],
  ['where the reader is', '06:00', '2026-11-21T02:00:00Z', 'Europe/Berlin', '2026-11-21T05:00:00.000Z'],
  [
    'in the night of the change to summer',
    '06:00',
    '2026-03-28T22:00:00Z',
    'Europe/Berlin',
    '2026-03-29T04:00:00.000Z',
  ],
  [
    'in the night of the change to winter',
    '06:00',
    '2026-10-24T21:00:00Z',
    'Europe/Berlin',
    '2026-10-25T05:00:00.000Z',
  ],
  [
    'a minute that is skipped, the day after',
    '02:30',
    '2026-03-28T22:00:00Z',
    'Europe/Berlin',
    '2026-03-30T00:30:00.000Z',
  ],
])('the next time of the clock: %s', (_, text, now, timeZone, expected) => {
  expect(nextClock(text, { now: new Date(now), timeZone })?.toISOString()).toBe(expected);
});

test('a time that is none says how to write one', async () => {
  const { code, err } = await nightshift(
    ['delegate', 'oncall', '--to', 'bo', '--until', 'dawn', '--reason', 'r'],
    {
      env: { NIGHTSHIFT_URL: 'http://127.0.0.1:1', NIGHTSHIFT_TOKEN: 't' },
    },
  );
  expect(code).toBe(2);
  expect(err).toContain('write it like 06:00, "2 hours" or 2026-11-22T06:00');
});
