import { expect, test } from '@jest/globals';
import { drawn, keepChart } from '../../../activities/prometheus/chart.ts';
import type { Artefact } from '../../../activities/kit/index.ts';

const chart = {
  title: 'the error rate of <shop>',
  query: 'sum(rate(x{a="b"}[1m])) > 0 & y',
  series: [
    {
      name: 'a=\u202e"b"',
      points: [
        [1_763_780_000, 0.1],
        [1_763_780_060, 0.3],
      ] as [number, number][],
    },
  ],
  now: 0.9,
};

test('the data is inside, and what others wrote is text', () => {
  const svg = drawn(chart);
  const data = /<metadata>(.*)<\/metadata>/.exec(svg)![1]!;
  const unescaped = data
    .replaceAll('&quot;', '"')
    .replaceAll('&gt;', '>')
    .replaceAll('&lt;', '<')
    .replaceAll('&amp;', '&');
  expect(JSON.parse(unescaped)).toMatchObject({
    query: chart.query,
    series: [{ points: chart.series[0]!.points }],
  });
  expect(svg).toContain('the error rate of &lt;shop&gt;');
  expect(svg).toContain('now 0.9');
  expect(svg).not.toMatch(/\u202e|<script|href/);
});

test('one point, and values that do not move, are drawn', () => {
  for (const points of [
    [[1, 5]],
    [
      [1, 0],
      [2, 0],
    ],
  ] as [number, number][][])
    expect(drawn({ title: 't', query: 'q', series: [{ name: 's', points }] })).not.toMatch(/NaN|Infinity/);
});

test('it is kept under a file name made of its title, and the answer counts without it', async () => {
  const kept: Artefact[] = [];
  const ref = { name: 'x', sha256: 'a'.repeat(64), mediaType: 'image/svg+xml', bytes: 1 } as const;
  const keep = async (artefact: Artefact) => (kept.push(artefact), ref);
  expect(await keepChart(chart, { keep })).toBe(ref);
  expect(kept).toMatchObject([{ name: 'the-error-rate-of-shop.svg', mediaType: 'image/svg+xml' }]);
  expect(await keepChart(chart, {})).toBeUndefined();
});
