/** Words of reminders, by the clocks of where somebody is; the expected instants are worked out by hand. */
import { describe, expect, test } from '@jest/globals';
import {
  parseConfig,
  postponedMoment,
  reminderMoment,
  secret,
  type ReminderClock,
} from '../../config/index.ts';

const businessHours = {
  timeZone: 'Europe/Berlin',
  days: ['monday', 'tuesday', 'wednesday', 'thursday', 'friday'] as const,
  from: '09:00',
  to: '17:00',
  holidays: ['12-25', '2026-04-03', '2026-04-06'],
};
const clock = (now: string, more: Partial<ReminderClock> = {}): ReminderClock => ({
  now: Date.parse(now),
  to: 'payments-oncall',
  authority: { people: { kim: { name: 'Kim', roles: [], timeZone: 'Asia/Seoul' } } },
  businessHours: { ...businessHours, days: [...businessHours.days] },
  ...more,
});
const moment = (words: string, now: string, more?: Partial<ReminderClock>) =>
  new Date(reminderMoment(words, clock(now, more))).toISOString();

describe('a working day', () => {
  // 2026-11-24 is a Tuesday; Berlin is an hour ahead of UTC in winter.
  for (const [words, now, expected] of [
    ['next working day 09:30', '2026-11-24T01:47:00Z', '2026-11-24T08:30:00Z'],
    ['next working day 09:30', '2026-11-24T08:30:00Z', '2026-11-25T08:30:00Z'],
    ['next working day 09:30', '2026-11-27T20:00:00Z', '2026-11-30T08:30:00Z'],
    ['in 3 working days 10:00', '2026-11-26T12:00:00Z', '2026-12-01T09:00:00Z'],
    // Christmas is a Friday, of every year.
    ['next working day 09:30', '2026-12-24T12:00:00Z', '2026-12-28T08:30:00Z'],
    // From Good Friday to Easter Monday, and over the night in which the clocks go forward.
    ['next working day 09:30', '2026-04-02T12:00:00Z', '2026-04-07T07:30:00Z'],
    ['next working day 09:30', '2026-03-27T12:00:00Z', '2026-03-30T07:30:00Z'],
    ['next working day 09:30', '2026-10-23T12:00:00Z', '2026-10-26T08:30:00Z'],
  ] as const)
    test(`${words}, said at ${now}`, () => expect(Date.parse(moment(words, now))).toBe(Date.parse(expected)));
});

describe('other days', () => {
  for (const [words, expected] of [
    ['tomorrow 00:15', '2026-11-24T23:15:00.000Z'],
    ['monday 08:00', '2026-11-30T07:00:00.000Z'],
    ['tuesday 08:00', '2026-11-24T07:00:00.000Z'],
    ['2026-12-25 09:00', '2026-12-25T08:00:00.000Z'],
    ['2 days', '2026-11-26T01:47:00.000Z'],
  ] as const)
    test(words, () => expect(moment(words, '2026-11-24T01:47:00Z')).toBe(expected));

  test('a time that the clocks skip is the one that they show instead; of one that they show twice, the first', () => {
    expect(moment('2026-03-29 02:30', '2026-03-01T00:00:00Z')).toBe('2026-03-29T01:30:00.000Z');
    expect(moment('2026-10-25 02:30', '2026-10-01T00:00:00Z')).toBe('2026-10-25T00:30:00.000Z');
  });
});

test('a zone that is named counts, then that of the person, of the role’s schedule, of the deployment', () => {
  const now = '2026-11-24T01:47:00Z';
  const schedules = {
    holders: () => undefined,
    roles: () => ['night'],
    scheduleOf: (role: string) =>
      role === 'night'
        ? { timeZone: 'America/New_York', rotations: [], shifts: [], overrides: [] }
        : undefined,
  };
  const authority = { ...clock(now).authority, schedules };
  expect(moment('tomorrow 09:30 UTC', now, { to: 'kim', authority })).toBe('2026-11-25T09:30:00.000Z');
  expect(moment('tomorrow 09:30', now, { to: 'kim', authority })).toBe('2026-11-25T00:30:00.000Z');
  // In New York it is still Monday evening.
  expect(moment('tomorrow 09:30', now, { to: 'night', authority })).toBe('2026-11-24T14:30:00.000Z');
  expect(moment('tomorrow 09:30', now, { businessHours: undefined })).toBe('2026-11-25T09:30:00.000Z');
});

test('postponed: the same time on the next working day; for a length of time, when work begins', () => {
  const at = (words: string) => new Date(postponedMoment(words, clock('2026-11-27T08:31:00Z'))).toISOString();
  expect(at('in 2 working days 09:30 Europe/Lisbon')).toBe('2026-11-27T09:30:00.000Z');
  expect(at('monday 09:30')).toBe('2026-11-30T08:30:00.000Z');
  expect(at('1 day')).toBe('2026-11-30T08:00:00.000Z');
});

test('a moment of ISO 8601 is that moment; postponed, the time that their clocks showed then', () => {
  const now = '2026-11-27T08:31:00Z';
  expect(moment('2026-12-01T09:00:00+01:00', now)).toBe('2026-12-01T08:00:00.000Z');
  expect(moment('2026-12-01T09:00Z', now)).toBe('2026-12-01T09:00:00.000Z');
  const postponed = (words: string, to: string) =>
    new Date(postponedMoment(words, clock(now, { to }))).toISOString();
  expect(postponed('2026-11-27T08:30:00Z', 'payments-oncall')).toBe('2026-11-30T08:30:00.000Z');
  // 17:30 in Seoul, which has passed there as well.
  expect(postponed('2026-11-27T08:30:00Z', 'kim')).toBe('2026-11-30T08:30:00.000Z');
  expect(postponed('2026-07-01T08:30:00.123Z', 'payments-oncall')).toBe('2026-11-27T09:30:00.000Z');
});

test('what is no time says how to write one', () => {
  const now = '2026-11-24T01:47:00Z';
  for (const [words, why] of [
    ['soon', /"soon": write it like "next working day 09:30 Europe\/Berlin", "monday 09:00" or "2 days"/],
    ['next working day 9:30', /write it like/],
    ['next working day 24:00', /write it like/],
    ['monday 09:00 Europe/Bonn', /"Europe\/Bonn" is no time zone/],
    ['2026-02-30 09:00', /there is no 2026-02-30/],
    ['2026-11-01 09:00', /"2026-11-01 09:00" is over; name a later moment/],
    ['2026-11-24T01:47:00Z', /is over; name a later moment/],
    ['2026-02-30T09:00:00Z', /there is no 2026-02-30/],
    ['2026-12-01T09:00', /write it like/],
    ['3 years', /a year at most/],
    ['2027-12-01 09:00', /is more than a year away; name a moment within a year from now/],
    ['2099-01-01T09:00:00Z', /is more than a year away/],
  ] as const)
    expect(() => moment(words, now)).toThrow(why);
});

test('holidays and zones of the configuration are refused by their names', () => {
  const least = { deployment: 'test', stateDir: 'state', database: { url: secret.env('DATABASE_URL') } };
  const wrong = (more: object) => () => parseConfig({ ...least, ...more });
  const hours = { timeZone: 'UTC', from: '09:00', to: '17:00' };
  expect(wrong({ businessHours: { ...hours, holidays: ['25.12.'] } })).toThrow(
    /businessHours\.holidays\[?\.?0\]?: write days like "2026-12-24", or "12-25" for every year/,
  );
  expect(wrong({ businessHours: { ...hours, holidays: ['2026-02-29'] } })).toThrow(/write days like/);
  expect(wrong({ people: { ana: { name: 'Ana', roles: [], timeZone: 'Bonn' } } })).toThrow(
    /people\.ana\.timeZone: write the name of a time zone/,
  );
});
