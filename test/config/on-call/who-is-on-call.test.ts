import { describe, expect, test } from '@jest/globals';
import { handOversAfter, onCallAt } from '../../../config/index.ts';
import { Schedule } from '../../../config/on-call/schedule.ts';
import { instantOf, readWallClock, wallClockAt, writeWallClock } from '../../../config/on-call/wall-clock.ts';

const berlin = (schedule: object) => Schedule.parse({ timeZone: 'Europe/Berlin', ...schedule });
const at = (schedule: ReturnType<typeof berlin>, instant: string) =>
  onCallAt(schedule, new Date(instant)).people.join(' and ') || 'nobody';

describe('wall clocks', () => {
  test.each([
    ['winter', '2026-01-05 09:00', '2026-01-05T08:00Z'],
    ['summer', '2026-07-05 09:00', '2026-07-05T07:00Z'],
    ['just before the clocks go forward', '2026-03-29 01:59', '2026-03-29T00:59Z'],
    ['skipped: as if they had not gone forward', '2026-03-29 02:30', '2026-03-29T01:30Z'],
    ['just after', '2026-03-29 03:00', '2026-03-29T01:00Z'],
    ['shown twice: the first', '2026-10-25 02:30', '2026-10-25T00:30Z'],
    ['after both', '2026-10-25 03:00', '2026-10-25T02:00Z'],
  ])('%s: %s in Berlin is %s', (_, text, instant) => {
    expect(new Date(instantOf(readWallClock(text)!, 'Europe/Berlin'))).toEqual(new Date(instant));
  });

  test.each(['America/New_York', 'Australia/Lord_Howe'])(
    'every night of a year in %s comes back, or is later where the clocks skip it',
    (timeZone) => {
      for (let quarter = 0; quarter < 366 * 4; quarter++) {
        const wallClock = Date.UTC(2026, 0, 1 + Math.floor(quarter / 4), 1, 15 + 30 * (quarter % 4));
        const shown = wallClockAt(instantOf(wallClock, timeZone), timeZone);
        expect(shown === wallClock || (shown > wallClock && shown - wallClock <= 3_600_000)).toBe(true);
      }
    },
  );

  test.each(['2026-02-30 09:00', '2026-01-05 24:00', '2026-01-05', 'monday', '2026-1-5 09:00'])(
    '%s is no time',
    (text) => expect(readWallClock(text)).toBeUndefined(),
  );
  test('is written as it is read', () =>
    expect(writeWallClock(readWallClock('2026-01-05T09:00')!)).toBe('2026-01-05 09:00'));
});

describe('rotations', () => {
  const weekly = berlin({
    rotations: [{ people: ['ana', 'bo', 'cy'], from: '2026-01-05 09:00', every: 'week' }],
  });
  test.each([
    ['before the first hand-over', '2026-01-05T07:59:59Z', 'nobody'],
    ['from it on', '2026-01-05T08:00Z', 'ana'],
    ['to the last second', '2026-01-12T07:59:59Z', 'ana'],
    ['then the next', '2026-01-12T08:00Z', 'bo'],
    ['round again', '2026-01-26T08:00Z', 'ana'],
    ['in summer at the same time by the clock', '2026-07-06T06:59:59Z', 'bo'],
    ['which is an hour earlier', '2026-07-06T07:00Z', 'cy'],
    ['in the week of the change to summer', '2026-03-30T06:59:59Z', 'cy'],
    ['handed over at nine by the new time', '2026-03-30T07:00Z', 'ana'],
    ['in the week of the change to winter', '2026-10-26T07:59:59Z', 'cy'],
    ['handed over at nine by the old time', '2026-10-26T08:00Z', 'ana'],
  ])('%s (%s): %s', (_, instant, person) => expect(at(weekly, instant)).toBe(person));

  const nightly = berlin({ rotations: [{ people: ['ana', 'bo'], from: '2026-03-28 02:30', every: 'day' }] });
  test.each([
    ['2026-03-28T01:30Z', 'ana'],
    // 02:30 does not exist on the 29th: half past two is half past three.
    ['2026-03-29T01:29Z', 'ana'],
    ['2026-03-29T01:30Z', 'bo'],
    ['2026-03-30T00:29Z', 'bo'],
    ['2026-03-30T00:30Z', 'ana'],
  ])('a hand-over in the hour that is skipped, at %s: %s', (instant, person) =>
    expect(at(nightly, instant)).toBe(person),
  );
  test('a hand-over in the hour that comes twice happens once, in the first', () => {
    const from = new Date('2026-10-24T12:00Z');
    expect(handOversAfter(nightly, from, 3).map((h) => h.at.toISOString())).toEqual([
      '2026-10-25T00:30:00.000Z',
      '2026-10-26T01:30:00.000Z',
      '2026-10-27T01:30:00.000Z',
    ]);
  });

  test('two at once are both on call', () => {
    const two = berlin({
      rotations: [
        { people: ['ana'], from: '2026-01-05 09:00', every: 'week' },
        { people: ['bo', 'cy'], from: '2026-01-05 09:00', every: '2 weeks' },
      ],
    });
    expect(at(two, '2026-01-18T12:00Z')).toBe('ana and bo');
    expect(at(two, '2026-01-19T12:00Z')).toBe('ana and cy');
  });
});

describe('overrides', () => {
  const swapped = berlin({
    rotations: [{ people: ['ana', 'bo'], from: '2026-01-05 09:00', every: 'week' }],
    overrides: [
      { person: 'cy', from: '2026-12-24 18:00', until: '2026-12-26 09:00', why: 'swapped' },
      { person: 'dora', from: '2026-12-25 00:00', until: '2026-12-25 12:00' },
    ],
  });
  test('replace whoever the rotation names, the last one counts, and all of it is a hand-over', () => {
    expect(onCallAt(swapped, new Date('2026-12-24T20:00Z'))).toEqual({ people: ['cy'], why: 'swapped' });
    const next = handOversAfter(swapped, new Date('2026-12-24T12:00Z'), 5);
    expect(next.map((h) => `${h.at.toISOString().slice(0, 16)} ${h.people.join()}`)).toEqual([
      '2026-12-24T17:00 cy',
      '2026-12-24T23:00 dora',
      '2026-12-25T11:00 cy',
      '2026-12-26T08:00 ana',
      '2026-12-28T08:00 bo',
    ]);
  });
});

describe('shifts', () => {
  const night = berlin({
    shifts: [
      { person: 'ana', from: '2026-03-27 22:00', until: '2026-03-28 06:00', every: 'day', times: 3 },
      {
        person: 'bo',
        from: '2026-04-06 09:00',
        until: '2026-04-13 09:00',
        every: '2 weeks',
        last: '2026-05-01 00:00',
      },
      { person: 'cy', from: '2026-04-01 09:00', until: '2026-04-01 17:00', timeZone: 'UTC' },
    ],
  });
  test.each([
    ['2026-03-27T20:59Z', 'nobody'],
    ['2026-03-27T21:00Z', 'ana'],
    ['2026-03-28T05:00Z', 'nobody'],
    ['2026-03-29T03:59Z', 'ana'],
    ['2026-03-29T04:00Z', 'nobody'],
    ['2026-03-30T03:59Z', 'ana'],
    ['2026-03-30T20:00Z', 'nobody'],
    ['2026-04-01T16:59Z', 'cy'],
    ['2026-04-12T12:00Z', 'bo'],
    ['2026-04-14T12:00Z', 'nobody'],
    ['2026-04-20T12:00Z', 'bo'],
    ['2026-05-05T12:00Z', 'nobody'],
  ])('at %s: %s', (instant, person) => expect(at(night, instant)).toBe(person));

  test('a gap is a hand-over to nobody, and what has ended has none', () => {
    const [first, second] = handOversAfter(night, new Date('2026-03-30T00:00Z'), 2);
    expect([first!.people, second!.people]).toEqual([[], ['cy']]);
    expect(handOversAfter(night, new Date('2026-05-05T00:00Z'), 2)).toEqual([]);
  });
});
