import { expect, test } from '@jest/globals';
import { intervals } from '../../../activities/prometheus/alerts.ts';

const NOW = new Date(1_000_000_000);
const now = NOW.getTime() / 1000;
const at = (seconds: number) => new Date((now + seconds) * 1000).toISOString();

test.each([
  ['never', [], []],
  ['once, over', [-300, -285, -270], [{ from: at(-300), to: at(-270) }]],
  ['still', [-30, -15, 0], [{ from: at(-30) }]],
  [
    'twice',
    [-600, -585, -300, -285],
    [
      { from: at(-600), to: at(-585) },
      { from: at(-300), to: at(-285) },
    ],
  ],
  ['for one evaluation', [-300], [{ from: at(-300), to: at(-300) }]],
])('fired %s', (_, times, expected) => {
  expect(
    intervals(
      times.map((t) => now + t),
      15,
      NOW,
    ),
  ).toEqual(expected);
});
