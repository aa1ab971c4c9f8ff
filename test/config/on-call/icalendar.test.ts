import { expect, test } from '@jest/globals';
import { shiftsFromCalendar } from '../../../config/index.ts';

const PEOPLE: Record<string, string> = { Ana: 'ana', 'Bo, on call': 'bo' };
const calendar = (...events: string[][]) =>
  [
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'BEGIN:VTIMEZONE',
    'TZID:Europe/Berlin',
    'BEGIN:DAYLIGHT',
    'DTSTART:19810329T020000',
    'RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU',
    'END:DAYLIGHT',
    'END:VTIMEZONE',
    ...events.flatMap((event) => ['BEGIN:VEVENT', 'UID:1', ...event, 'END:VEVENT']),
    'END:VCALENDAR',
    '',
  ].join('\r\n');
const read = (text: string) =>
  shiftsFromCalendar(text, { timeZone: 'Europe/Berlin', personNamed: (summary) => PEOPLE[summary] });
const ANA = [
  'SUMMARY:Ana',
  'DTSTART;TZID=Europe/Berlin:20260105T090000',
  'DTEND;TZID=Europe/Berlin:20260112T090000',
];
const shift = {
  person: 'ana',
  from: '2026-01-05 09:00',
  until: '2026-01-12 09:00',
  timeZone: 'Europe/Berlin',
};

test.each([
  ['an event', [], {}],
  ['every other week', ['RRULE:FREQ=WEEKLY;INTERVAL=2'], { every: '2 weeks' }],
  ['on the weekday on which it begins', ['RRULE:FREQ=WEEKLY;WKST=SU;BYDAY=MO'], { every: 'week' }],
  ['so many times', ['RRULE:FREQ=WEEKLY;COUNT=4'], { every: 'week', times: 4 }],
  [
    'until an instant',
    ['RRULE:FREQ=WEEKLY;UNTIL=20260701T070000Z'],
    { every: 'week', last: '2026-07-01 09:00' },
  ],
  ['until a day', ['RRULE:FREQ=WEEKLY;UNTIL=20260701'], { every: 'week', last: '2026-07-01 23:59' }],
  ['with what says nothing', ['X-APPLE-THING;A="b:c":d', 'ATTENDEE;CN="A;B":mailto:a@example.com'], {}],
])('%s', (_, more, repeated) => {
  expect(read(calendar([...ANA, ...more]))).toEqual([{ ...shift, ...repeated }]);
});

test('folded lines, escaped commas, whole days, UTC', () => {
  expect(
    read(
      calendar(
        ['SUMMARY:Bo\\, on', '  call', 'DTSTART;VALUE=DATE:20260501', 'DTEND;VALUE=DATE:20260503'],
        ['SUMMARY:Ana', 'DTSTART:20260501T200000Z', 'DTEND:20260502T060000Z', 'RRULE:FREQ=DAILY'],
      ),
    ),
  ).toEqual([
    { person: 'bo', from: '2026-05-01 00:00', until: '2026-05-03 00:00', timeZone: 'Europe/Berlin' },
    { person: 'ana', from: '2026-05-01 20:00', until: '2026-05-02 06:00', timeZone: 'UTC', every: 'day' },
  ]);
});

test('a cancelled event is left out', () =>
  expect(read(calendar(ANA, [...ANA, 'STATUS:CANCELLED']))).toHaveLength(1));

test.each([
  ['an exception', ['EXDATE:20260112T090000Z'], /"Ana" has EXDATE, which is not understood/],
  ['a moved turn', ['RECURRENCE-ID:20260112T090000Z'], /RECURRENCE-ID/],
  ['a length', ['DURATION:PT1H'], /DURATION/],
  ['months', ['RRULE:FREQ=MONTHLY'], /FREQ=MONTHLY; understood are DAILY and WEEKLY/],
  ['another weekday', ['RRULE:FREQ=WEEKLY;BYDAY=TU'], /BYDAY=TU/],
  ['several weekdays', ['RRULE:FREQ=WEEKLY;BYDAY=MO,TU'], /BYDAY=MO,TU/],
  ['positions', ['RRULE:FREQ=WEEKLY;BYSETPOS=1'], /BYSETPOS/],
  ['no number', ['RRULE:FREQ=WEEKLY;COUNT=x'], /COUNT=X/],
])('%s is refused by its name', (_, more, why) => {
  expect(() => read(calendar([...ANA, ...more]))).toThrow(why);
});

test.each([
  ['somebody unknown', calendar(['SUMMARY:Eve', ...ANA.slice(1)]), /"Eve" names nobody.*--as/],
  [
    'a zone of its own',
    calendar([ANA[0]!, 'DTSTART;TZID=W. Europe:20260105T090000', ANA[2]!]),
    /"W. Europe"/,
  ],
  ['no end', calendar(ANA.slice(0, 2)), /has no DTEND/],
  [
    'an end before its beginning',
    calendar([ANA[0]!, ANA[1]!, 'DTEND;TZID=Europe/Berlin:20260101T090000']),
    /ends before/,
  ],
  ['a day that does not exist', calendar([ANA[0]!, 'DTSTART:20260230T090000', ANA[2]!]), /does not exist/],
  ['half a file', calendar(ANA).split('END:VEVENT')[0]!, /cut off: VEVENT has no end/],
  ['another file', 'hello', /no iCalendar file/],
  ['an empty calendar', calendar(), /has no event/],
])('%s is refused', (_, text, why) => expect(() => read(text)).toThrow(why));
