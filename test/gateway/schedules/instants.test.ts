import { expect, test } from '@jest/globals';
import { nextInstants } from '../../../gateway/schedules/instants.ts';
import type { ScheduleTime } from '../../../workflows/on-schedule.ts';

const first = (time: ScheduleTime, after: string, count: number) =>
  nextInstants(time, Date.parse(after), count).map((at) => at.slice(0, 16));
const cron = (text: string, timeZone = 'UTC') => ({ cron: text, timeZone });

test.each([
  ['0 6 * * *', '2026-11-21T05:59:59Z', ['2026-11-21T06:00', '2026-11-22T06:00']],
  ['0 6 * * *', '2026-11-21T06:00:00Z', ['2026-11-22T06:00', '2026-11-23T06:00']],
  ['*/20 22-23 * * *', '2026-11-21T22:30:00Z', ['2026-11-21T22:40', '2026-11-21T23:00', '2026-11-21T23:20']],
  ['30 9 * * mon-fri', '2026-11-20T10:00:00Z', ['2026-11-23T09:30', '2026-11-24T09:30']],
  ['0 0 29 2 *', '2026-11-21T00:00:00Z', ['2028-02-29T00:00', '2032-02-29T00:00']],
  ['0 0 31 * *', '2026-11-21T00:00:00Z', ['2026-12-31T00:00', '2027-01-31T00:00', '2027-03-31T00:00']],
  // Day of the month and weekday both given: either is enough.
  ['0 0 13 * fri', '2026-11-06T00:00:00Z', ['2026-11-13T00:00', '2026-11-20T00:00', '2026-11-27T00:00']],
  ['0 0 13 * fri', '2026-12-04T00:00:00Z', ['2026-12-11T00:00', '2026-12-13T00:00', '2026-12-18T00:00']],
  ['0 0 * * 7', '2026-11-21T00:00:00Z', ['2026-11-22T00:00']],
  ['* * * * *', '2026-11-21T00:00:30Z', ['2026-11-21T00:01', '2026-11-21T00:02']],
])('%s after %s', (text, after, expected) => {
  expect(first(cron(text), after, expected.length)).toEqual(expected);
});

// Europe/Berlin: on 2026-03-29 02:00 is followed by 03:00, on 2026-10-25 03:00 by 02:00.
test.each([
  ['a time of day moves with the clocks', '0 6 * * *', '2026-03-28T06:00:00Z', ['2026-03-29T04:00']],
  [
    'a time that is skipped is kept, once',
    '30 2 * * *',
    '2026-03-28T12:00:00Z',
    ['2026-03-29T01:30', '2026-03-30T00:30'],
  ],
  [
    'and does not come before an earlier one that was not skipped',
    '30 2,3 * * *',
    '2026-03-28T12:00:00Z',
    ['2026-03-29T01:30', '2026-03-30T00:30', '2026-03-30T01:30'],
  ],
  [
    'nor does what shows earlier overtake',
    '30,0 2,3 * * *',
    '2026-03-28T12:00:00Z',
    ['2026-03-29T01:00', '2026-03-29T01:30', '2026-03-30T00:00'],
  ],
  [
    'a time that is shown twice is kept once',
    '30 2 * * *',
    '2026-10-24T12:00:00Z',
    ['2026-10-25T00:30', '2026-10-26T01:30'],
  ],
  [
    'what runs all day goes on through the hour that is shown twice',
    '*/30 * * * *',
    '2026-10-24T23:45:00Z',
    ['2026-10-25T00:00', '2026-10-25T00:30', '2026-10-25T01:00', '2026-10-25T01:30', '2026-10-25T02:00'],
  ],
  [
    'and through the hour that is skipped',
    '*/30 * * * *',
    '2026-03-29T00:15:00Z',
    ['2026-03-29T00:30', '2026-03-29T01:00', '2026-03-29T01:30'],
  ],
])('in Berlin %s', (_, text, after, expected) => {
  expect(first(cron(text, 'Europe/Berlin'), after, expected.length)).toEqual(expected);
});

test('in Lord Howe the clocks change by half an hour', () => {
  // On 2026-04-05 02:00 is followed by 01:30.
  expect(first(cron('45 1 * * *', 'Australia/Lord_Howe'), '2026-04-04T12:00:00Z', 2)).toEqual([
    '2026-04-04T14:45',
    '2026-04-05T15:15',
  ]);
});

test('every so often is counted in UTC, from where anybody would begin', () => {
  expect(first({ every: '6 hours' }, '2026-11-21T05:00:00Z', 2)).toEqual([
    '2026-11-21T06:00',
    '2026-11-21T12:00',
  ]);
  expect(first({ every: '1 day' }, '2026-03-28T00:00:00Z', 2)).toEqual([
    '2026-03-29T00:00',
    '2026-03-30T00:00',
  ]);
});
