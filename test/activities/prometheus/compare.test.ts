import { afterEach, expect, test } from '@jest/globals';
import type { CallContext } from '../../../activities/kit/index.ts';
import { compare, judge } from '../../../activities/prometheus/compare.ts';
import { prometheus } from '../../../activities/prometheus/contract.ts';
import { PrometheusApi } from '../../../activities/prometheus/http-api.ts';
import { serve, type TestServer } from './http-server.ts';

const NOW = new Date('2026-11-21T02:47:00Z');
let server: TestServer | undefined;
afterEach(async () => server?.close());

const settings = { before: '1d', tolerance: 0.25, watch: 'both' } as const;

for (const [now, usual, watch, verdict, reason] of [
  [
    10,
    [8, 9, 11],
    'both',
    'pass',
    /^10 now is as usual: 8 to 11 \(median 9\) around the same time 1d before$/,
  ],
  [13, [8, 9, 11], 'both', 'pass', /as usual/],
  [33, [8, 9, 11], 'both', 'fail', /^33 now is 3 times the highest/],
  [5, [8, 9, 11], 'both', 'fail', /^5 now is lower/],
  [5, [8, 9, 11], 'higher', 'pass', /^5 now is lower/],
  [33, [8, 9, 11], 'lower', 'pass', /^33 now is higher/],
  [0.1, [0, 0, 0], 'both', 'fail', /^0\.1 now is higher: 0 to 0/],
  [0, [0, 0, 0], 'both', 'pass', /^0 now is as usual/],
] as const) {
  test(`${now} beside ${usual.join(', ')}, watching ${watch}: ${verdict}`, () => {
    const [min, median, max] = usual;
    expect(judge({ now, usual: { min, median, max }, input: { ...settings, watch } })).toEqual({
      verdict,
      reason: expect.stringMatching(reason),
    });
  });
}

/** Answers the value now, and those of then. */
async function compared(
  now: string | undefined,
  then: readonly string[],
  {
    lately,
    keep,
  }: { readonly lately?: readonly string[] | 'refused'; readonly keep?: CallContext['keep'] } = {},
) {
  server = await serve((request, response) => {
    const { pathname, searchParams } = new URL(request.url!, 'http://x');
    const isNow = Number(searchParams.get('end')) * 1000 === NOW.getTime();
    if (isNow && lately === 'refused') {
      response.writeHead(503).end();
      return;
    }
    const values = isNow && Array.isArray(lately) ? (lately as readonly string[]) : then;
    const data = pathname.endsWith('query_range')
      ? {
          resultType: 'matrix',
          result:
            values.length === 0
              ? []
              : [
                  {
                    metric: {},
                    values: values.map((v, i) => [Number(searchParams.get('start')) + i * 30, v]),
                  },
                ],
        }
      : {
          resultType: 'vector',
          result: now === undefined ? [] : [{ metric: {}, value: [NOW.getTime() / 1000, now] }],
        };
    response.end(JSON.stringify({ status: 'success', data }));
  });
  return compare(new PrometheusApi({ url: server.url }), {
    input: prometheus.compare.contract.input.parse({
      expr: 'sum(rate(errors[1m]))',
      ...(keep && { chart: 'Errors' }),
    }),
    at: NOW,
    signal: new AbortController().signal,
    keep,
  });
}

test('what is usual is from a quarter of an hour before to one after the same time yesterday', async () => {
  expect(await compared('40', ['8', 'NaN', '9', '11'])).toMatchObject({
    verdict: 'fail',
    now: 40,
    before: {
      from: '2026-11-20T02:32:00.000Z',
      to: '2026-11-20T03:02:00.000Z',
      points: 3,
      min: 8,
      median: 9,
      max: 11,
    },
  });
});

for (const [what, now, then, reason] of [
  ['no value now', undefined, ['1', '2', '3'], /^there is no value now: nothing matched/],
  ['NaN now', 'NaN', ['1', '2', '3'], /^there is no value now: a value is NaN/],
  ['nothing then', '1', [], /^there is no value 1d before: nothing matched/],
  ['only NaN then', '1', ['NaN', 'NaN'], /^there is no value 1d before: .* no value that is a number/],
  ['two values then', '1', ['1', '2'], /too few values to say what is usual \(2\)/],
] as const) {
  test(`${what} is unknown`, async () => {
    expect(await compared(now, then)).toMatchObject({
      verdict: 'unknown',
      reason: expect.stringMatching(reason),
    });
  });
}

for (const [what, now, then, lately, drawn] of [
  ['both', '4', ['1', '2', '3'], undefined, { names: ['1d before'], now: 4 }],
  ['what was then, of too few values', '4', ['1', '2'], undefined, { names: ['1d before'], now: 4 }],
  ['what was then, without a value now', undefined, ['1', '2', '3'], undefined, { names: ['1d before'] }],
  ['how it came to be, where the past is not known', '4', [], ['2', '3'], { names: ['until now'], now: 4 }],
  ['the value now, where nothing else is known', '4', [], undefined, { names: ['until now'], now: 4 }],
  ['the value now, where lately cannot be asked for', '4', [], 'refused', { names: ['until now'], now: 4 }],
  ['nothing, where nothing is known', undefined, [], undefined, undefined],
] as const) {
  test(`the chart shows ${what}`, async () => {
    const kept: string[] = [];
    const keep: CallContext['keep'] = async ({ name, mediaType, content }) => {
      kept.push(String(content));
      return { name, mediaType, bytes: content.length, sha256: 'a'.repeat(64) };
    };
    const { chart } = await compared(now, then, { ...(lately && { lately }), keep });
    expect(chart?.name).toBe(drawn && 'errors.svg');
    const data = /<metadata>(.*)<\/metadata>/.exec(kept[0] ?? '')?.[1]?.replaceAll('&quot;', '"');
    const { series, now: shown } = JSON.parse(data ?? '{"series":[]}') as {
      series: { name: string }[];
      now?: number;
    };
    expect({ names: series.map((s) => s.name), now: shown }).toEqual({ names: [], now: undefined, ...drawn });
  });
}
