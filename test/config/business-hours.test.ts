import { expect, test } from '@jest/globals';
import { hoursAt, policyDecision, type Policy } from '../../config/index.ts';
import { BusinessHours } from '../../config/business-hours.ts';

const berlin = BusinessHours.parse({ timeZone: 'Europe/Berlin', from: '09:00', to: '17:00' });

test.each([
  ['a Friday in winter, to the minute', '2026-11-20T08:00:00Z', 'business'],
  ['a minute before', '2026-11-20T07:59:59Z', 'outside'],
  ['its last minute', '2026-11-20T15:59:59Z', 'business'],
  ['when it is over', '2026-11-20T16:00:00Z', 'outside'],
  ['a Saturday', '2026-11-21T12:00:00Z', 'outside'],
  ['a Monday in summer', '2026-07-06T07:00:00Z', 'business'],
  ['Monday there, Sunday in UTC', '2026-07-05T22:30:00Z', 'outside'],
  ['the Monday after the clocks went forward', '2026-03-30T07:00:00Z', 'business'],
  ['the same time a week before', '2026-03-23T07:00:00Z', 'outside'],
  ['the Monday after they went back', '2026-10-26T07:30:00Z', 'outside'],
])('%s (%s): %s', (_, at, hours) => expect(hoursAt(berlin, new Date(at))).toBe(hours));

test.each([
  [{ from: '17:00', to: '09:00' }, /must end after they begin/],
  [{ from: '9', to: '17:00' }, /write a time of day/],
  [{ days: [] }, /at least one day/],
  [{ days: ['Mo'] }, /write days like/],
  [{ timeZone: 'Berlin' }, /name of a time zone/],
])('%j is refused', (change, why) => {
  const hours = { timeZone: 'Europe/Berlin', from: '09:00', to: '17:00' };
  expect(() => BusinessHours.parse({ ...hours, ...change })).toThrow(why);
});

const policy: Policy = [
  { rule: 'by day', when: { hours: 'business', steps: ['a.b'] }, then: 'grant' },
  { rule: 'two at night', when: { hours: 'outside' }, then: { people: 2 } },
];
const decide = (hours: 'business' | 'outside' | undefined) =>
  policyDecision({
    ...{ policy, hours, runbook: 'r', plan: { risk: 'disruptive', steps: ['a.b'] } },
    trigger: { kind: 'person', source: 'cli', authenticated: true },
  });
test('a rule of hours fits only in them, and says so to whoever is asked', () => {
  expect(decide('business')).toEqual({ grant: 'by day' });
  expect(decide('outside')).toEqual({
    people: 2,
    because: 'outside of business hours, by the rule "two at night"',
  });
  expect(decide(undefined)).toEqual({ people: 1 });
});
