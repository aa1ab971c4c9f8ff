import { afterEach, expect, test } from '@jest/globals';
import { createPrometheusSteps } from '../../../activities/prometheus/steps.ts';
import { createReader, type Asked } from '../read-from-server.ts';
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

const reader = createReader('prometheus', (url) => createPrometheusSteps({ url }));
afterEach(reader.close);

/** A Prometheus on which nothing fired, and that has samples of this share of the time, the newest. */
const kept =
  (share: number, warnings: string[] = []) =>
  ({ path, params }: Asked) => {
    const [from, to, step] = ['start', 'end', 'step'].map((name) => Number(params[name]));
    const values: [number, string][] = [];
    for (let time = from!; time <= to!; time += step!)
      if (time >= to! - (to! - from!) * share) values.push([time, '3']);
    const result = params['query'] === 'count(up)' && values.length > 0 ? [{ metric: {}, values }] : [];
    const data = path.endsWith('alerts') ? { alerts: [] } : { resultType: 'matrix', result };
    return { body: { status: 'success', data: path.endsWith('series') ? [] : data, warnings } };
  };
const ASKED = { alertname: 'HighErrorRate' };

test('that nothing fired is known where Prometheus has kept that time', async () => {
  expect(await reader.read('alerts', ASKED, kept(1))).toMatchObject({ state: 'known', fired: [] });
  // It was away for some hours of the week.
  expect(await reader.read('alerts', ASKED, kept(0.97))).toMatchObject({ state: 'known', fired: [] });
});

test('a week of which Prometheus has kept a day is unknown, and so is one of which it has nothing', async () => {
  expect(await reader.read('alerts', ASKED, kept(1 / 7))).toMatchObject({
    state: 'unknown',
    why: 'empty',
    reason: expect.stringMatching(/^Prometheus has 14\.\d % of 7d only, the oldest of 20\d\d-/),
    seen: { active: [], fired: [] },
  });
  expect(await reader.read('alerts', ASKED, kept(-1))).toMatchObject({
    state: 'unknown',
    reason: 'Prometheus has no samples of `up` in 7d: whether an alert fired then is not known',
  });
});

test('alerts and series that were answered in part are unknown', async () => {
  const unknown = {
    state: 'unknown',
    why: 'warnings',
    reason: 'Prometheus answered in part: a store is down',
  };
  const inPart = kept(1, ['a store is down']);
  expect(await reader.read('alerts', ASKED, inPart)).toMatchObject(unknown);
  expect(await reader.read('series', { match: 'up' }, inPart)).toMatchObject(unknown);
});
