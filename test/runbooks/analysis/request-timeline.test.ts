import { expect, test } from '@jest/globals';
import {
  requestTimeline,
  traceIdIn,
  withoutLine,
  type RequestTrace,
} from '../../../runbooks/analysis/request-timeline.ts';

const at = (ms: number) => new Date(Date.parse('2026-11-22T02:47:00Z') + ms).toISOString();
const line = (app: string, ms: number, text = 'req-7f3a') => ({ at: at(ms), labels: { app }, text });
const trace: RequestTrace = {
  startedAt: at(0),
  services: ['api', 'cache', 'ledger'],
  orphans: [],
  timeline: [
    { service: 'api', operation: 'POST /pay', fromMs: 0, durationMs: 2_000, failed: false },
    { service: 'ledger', operation: 'book', fromMs: 100, durationMs: 1_800, failed: false, caller: 'api' },
    { service: 'cache', operation: 'GET', fromMs: 150, durationMs: 1_700.4, failed: true, caller: 'ledger' },
  ],
};

test('lines and spans are on one time line, the span before what was logged in it', () => {
  const { entries } = requestTimeline({ lines: [line('ledger', 100), line('api', 2_000)], trace });
  expect(entries.map((e) => `${e.service} ${e.kind}`)).toEqual([
    'api span',
    'ledger span',
    'ledger log',
    'cache span',
    'api log',
  ]);
  expect(entries[3]).toEqual({ at: at(150), service: 'cache', kind: 'span', text: 'GET, 1700 ms, failed' });
});

test('who loses the id is named, and who loses the trace context', () => {
  const { drops, hops } = requestTimeline({
    lines: [line('api', 10), line('ledger', 120), line('mailer', 1_990)],
    heard: ['cache'],
    trace: { ...trace, orphans: ['cache'] },
  });
  expect(drops).toEqual([
    'the trace context was lost on the way to cache: its spans name a parent that is not there',
    'cache has spans of the request and logs no line with its id: the id is lost between ledger, which calls it and logs the id, and cache',
    "mailer logs the request's id and has no span in its trace",
  ]);
  expect(hops).toContainEqual({ service: 'mailer', lines: 1, spans: 0 });
});

test('of two that log nothing in a row it is said that who calls the second has no line either', () => {
  const lines = [line('api', 10)];
  expect(withoutLine({ lines, trace })).toEqual(['cache', 'ledger']);
  expect(requestTimeline({ lines, heard: ['cache', 'ledger'], trace }).drops).toEqual([
    'cache has spans of the request and logs no line with its id; nor is there one of ledger, which calls it',
    'ledger has spans of the request and logs no line with its id: the id is lost between api, which calls it and logs the id, and ledger',
  ]);
  const uncalled = { ...trace, timeline: trace.timeline.map(({ caller: _, ...span }) => span) };
  expect(requestTimeline({ lines, heard: ['cache'], trace: uncalled }).drops).toEqual([
    'cache has spans of the request and logs no line with its id',
  ]);
});

test('a service that the trace knows by another of its labels has logged its lines', () => {
  const lines = [{ at: at(10), labels: { app: 'payments', container: 'api' }, text: 'req-7f3a' }];
  expect(withoutLine({ lines, trace })).toEqual(['cache', 'ledger']);
  const { drops, hops } = requestTimeline({ lines, heard: ['api'], trace });
  expect(drops).toEqual([]);
  expect(hops).toContainEqual({ service: 'api', lines: 1, spans: 1 });
});

test('nobody is blamed for what could not be looked at', () => {
  expect(requestTimeline({ lines: undefined, trace }).drops).toEqual([]);
  expect(requestTimeline({ lines: [line('api', 1)], trace: undefined }).drops).toEqual([]);
  expect(requestTimeline({ lines: undefined, trace: undefined })).toEqual({
    entries: [],
    hops: [],
    drops: [],
  });
});

test('nobody is blamed whose lines do not come', () => {
  const lines = [line('api', 10), line('mailer', 1_990)];
  const traced = { ...trace, orphans: ['cache'] };
  expect(requestTimeline({ lines, trace: traced }).drops).toEqual([
    'the trace context was lost on the way to cache: its spans name a parent that is not there',
    "mailer logs the request's id and has no span in its trace",
  ]);
});

const NONE = '0'.repeat(32);
const ID = '5b8efff798038103d269b633813fc60c';
for (const [text, id] of [
  [`{"trace_id":"${ID}","request_id":"x"}`, ID],
  [`traceparent=00-${ID}-00f067aa0ba902b7-01`, ID],
  [`traceID: ${ID.toUpperCase()}`, ID],
  [`sha ${ID}`, undefined],
  [`trace_id=${ID.slice(1)}`, undefined],
  [`trace_id=${NONE} span_id=0000000000000000`, undefined],
  [`trace_id=${NONE}, then trace_id=${ID}`, ID],
] as const) {
  test(`the trace id in ${text}`, () => expect(traceIdIn([line('a', 1, text)])).toBe(id));
}

test('two trace ids are none', () => {
  const other = ID.replace('5', '6');
  expect(traceIdIn([line('a', 1, `trace_id=${ID}`), line('a', 2, `trace_id=${other}`)])).toBeUndefined();
});

test('the zeros that a logger labels a line with outside of a span are no trace id', () => {
  const labelled = (id: string) => ({ ...line('a', 1), labels: { app: 'a', trace_id: id } });
  expect(traceIdIn([labelled(NONE)])).toBeUndefined();
  expect(traceIdIn([labelled(NONE), labelled(ID)])).toBe(ID);
});

test('a sample that was counted with the trace is on the time line, and its service is no hop of the request', () => {
  const samples = [
    {
      at: at(2_001),
      series: 'http_request_duration_seconds_bucket',
      labels: { service: 'ingress' },
      value: 2.0009,
    },
  ];
  const { entries, hops, drops } = requestTimeline({
    lines: [line('api', 2_000)],
    trace,
    samples,
  });
  expect(entries.at(-1)).toEqual({
    at: at(2_001),
    service: 'ingress',
    kind: 'metric',
    text: 'http_request_duration_seconds_bucket 2',
  });
  expect(hops.map((h) => h.service)).not.toContain('ingress');
  expect(drops).toEqual([]);
});
