import { expect, test } from '@jest/globals';
import { z } from 'zod';
import { parseCron } from '../../workflows/cron.ts';
import { defineRunbook, onAlert } from '../../workflows/define-runbook.ts';
import { onSchedule, type ScheduleOptions, type ScheduleTime } from '../../workflows/on-schedule.ts';

test('reads lists, ranges, steps and names', () => {
  expect(parseCron('0,30 8-10 */10 JAN,dec Mon-Fri/2')).toEqual({
    minutes: [0, 30],
    hours: [8, 9, 10],
    days: [1, 11, 21, 31],
    months: [1, 12],
    weekdays: [1, 3, 5],
    allDay: false,
    eitherDay: false,
  });
  expect(parseCron('5/20 */6 1 * sun,7')).toMatchObject({
    minutes: [5, 25, 45],
    weekdays: [0],
    allDay: true,
    eitherDay: true,
  });
});

test.each([
  ['0 6 * *', 'has 4 fields'],
  ['60 * * * *', '"60" is no minute'],
  ['0 24 * * *', '"24" is no hour'],
  ['0 0 0 * *', '"0" is no day of the month'],
  ['0 0 * foo *', '"foo" is no month'],
  ['0 0 * * 8', '"8" is no weekday'],
  ['0 9-6 * * *', '"9-6" is no hour'],
  ['*/0 * * * *', '"*/0" is no minute'],
  ['1- * * * *', '"1-" is no minute'],
  ['1-2-3 * * * *', '"1-2-3" is no minute'],
  ['0 0 31 2,4 *', 'names a day that no year has'],
])('%s is refused', (text, message) => {
  expect(() => parseCron(text)).toThrow(message);
});

type Written = readonly (readonly [ScheduleTime, ScheduleOptions?])[];
const define = (...schedules: Written) =>
  defineRunbook({
    ...{ id: 'nightly', title: 'Nightly', owner: 'oncall', description: 'For tests.', input: z.object({}) },
    triggers: [
      onAlert({ alertname: 'A' }, () => ({})),
      ...schedules.map(([t, o]) => onSchedule(t, () => ({}), o)),
    ],
    run: async () => undefined,
  });
const daily = { cron: '0 6 * * *', timeZone: 'Europe/Berlin' };

test('a runbook has its alerts and its times apart', () => {
  const { triggers, schedules } = define([daily]);
  expect([triggers.length, schedules.length]).toEqual([1, 1]);
});

test.each([
  [[[{ cron: '0 6 * *', timeZone: 'UTC' }]], 'runbook "nightly": cron: "0 6 * *" has 4 fields'],
  [[[{ cron: '0 6 * * *', timeZone: 'Berlin' }]], 'timeZone: write the name of a time zone'],
  [[[{ every: '30s' }]], 'every: 30s is less than a minute'],
  [[[{ every: 'often' }]], 'every: "often" is not a length of time'],
  [[[daily, { catchUp: '2 days' }]], 'catchUp: 2 days is more than a day'],
  [[[daily, { name: 'Two words' }]], 'must be lower-case words joined by hyphens'],
  [[[daily, { name: 'a' }], [daily]], 'several schedules need a name each'],
  [
    [
      [daily, { name: 'a' }],
      [daily, { name: 'a' }],
    ],
    'several schedules need a name each',
  ],
] as const)('%j is refused', (schedules, message) => {
  expect(() => define(...(schedules as unknown as Written))).toThrow(message);
});
