import { expect, test } from '@jest/globals';
import { isMoment, Window, windowSeconds } from '../../../activities/kit/index.ts';

test('a length of time is one that a date can be moved by', () => {
  expect(windowSeconds(Window.parse('90s'))).toBe(90);
  expect(Window.safeParse('520w').success).toBe(true);
  for (const window of ['11000w', '99999999999999999999d'])
    expect(Window.safeParse(window).error?.issues).toMatchObject([{ message: 'write ten years at most' }]);
  expect(Window.safeParse('5 minutes').error?.issues).toMatchObject([
    { message: expect.stringMatching(/30s, 5m, 1h/) },
  ]);
});

test('a moment is one that can be written down', () => {
  expect([0, Date.UTC(2026, 10, 22), Date.UTC(9999, 11, 31)].every(isMoment)).toBe(true);
  expect([-1, Number.NaN, Infinity, Date.UTC(10_000, 0)].some(isMoment)).toBe(false);
});
