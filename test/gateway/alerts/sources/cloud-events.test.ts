import { expect, test } from '@jest/globals';
import { BEARER, deliver, refusal, TOKEN } from './deliver.ts';

const event = {
  specversion: '1.0',
  id: 'A234-1234-1234',
  source: '/monitoring/probes',
  type: 'com.example.probe.failed',
  subject: 'payment-service',
  time: '2026-11-21T02:47:00Z',
  datacontenttype: 'application/json',
  data: { labels: { namespace: 'shop' }, severity: 'critical' },
};
const send = (body: unknown, headers: Record<string, string>) =>
  deliver({ cloudevents: { bearerToken: TOKEN } }, 'cloudevents', body, { ...BEARER, ...headers });
const structured = { 'content-type': 'application/cloudevents+json; charset=UTF-8' };
const batched = { 'content-type': 'application/cloudevents-batch+json' };
const binary = {
  'content-type': 'application/json',
  'ce-specversion': '1.0',
  'ce-id': event.id,
  'ce-source': event.source,
  'ce-type': event.type,
  'ce-subject': 'payment%2Dservice',
  'ce-time': event.time,
};

test('structured: what the data leaves out comes from the event', () => {
  expect(send(event, structured).alerts).toEqual([
    {
      source: 'cloudevents',
      fingerprint: expect.stringMatching(/^[0-9a-f]{64}$/),
      status: 'firing',
      name: 'com.example.probe.failed',
      severity: 'critical',
      labels: { ce_source: '/monitoring/probes', ce_subject: 'payment-service', namespace: 'shop' },
      annotations: {},
      startedAt: '2026-11-21T02:47:00.000Z',
      endedAt: undefined,
      link: undefined,
      authenticated: true,
      raw: event,
    },
  ]);
});

test('binary is the same alert, its values decoded', () => {
  const [one] = send(event, structured).alerts;
  const [other] = send(event.data, binary).alerts;
  expect({ ...other, raw: 0 }).toEqual({ ...one, raw: 0 });
  expect(send(event.data, { ...binary, 'ce-subject': '100%' }).alerts[0]?.labels).toMatchObject({
    ce_subject: '100%',
  });
});

test('an event without data is an alert of its own attributes', () => {
  expect(send('', binary).alerts).toMatchObject([{ name: event.type, severity: 'unknown' }]);
});

test('the same subject again is the same alert, another is another', () => {
  const [one, again, other] = send(
    [event, { ...event, id: 'B', time: '2026-11-21T02:49:00Z' }, { ...event, subject: 'cart' }],
    batched,
  ).alerts;
  expect(again?.fingerprint).toBe(one?.fingerprint);
  expect(other?.fingerprint).not.toBe(one?.fingerprint);
});

test('the data may say it all: another name, an end', () => {
  const data = {
    name: 'ProbeFailed',
    fingerprint: 'p',
    status: 'resolved',
    startedAt: '2026-11-21T02:40:00Z',
    labels: {},
  };
  const ended = { name: 'ProbeFailed', fingerprint: 'p', status: 'resolved' };
  expect(send({ ...event, data }, structured).alerts).toMatchObject([
    { ...ended, startedAt: '2026-11-21T02:40:00.000Z', endedAt: '2026-11-21T02:47:00.000Z' },
  ]);
  const told = { ...data, endedAt: '2026-11-21T02:44:00Z' };
  expect(send({ ...event, data: told }, structured).alerts).toMatchObject([
    { ...ended, endedAt: '2026-11-21T02:44:00.000Z' },
  ]);
});

test('a wrong event costs none of its batch', () => {
  const { alerts, refused } = send(
    [{ ...event, type: 7 }, event, { ...event, data: { labels: 1 } }],
    batched,
  );
  expect(alerts).toMatchObject([{ name: event.type, raw: event }]);
  expect(refused).toMatchObject([
    { index: 0, fields: [{ field: '0.type' }] },
    { index: 2, fields: [{ field: '2.data.labels' }] },
  ]);
});

test('half a character in an event loses neither it nor its batch', () => {
  const { alerts, refused } = send([{ ...event, subject: 'cut\ud83d' }, event], batched);
  expect(refused).toEqual([]);
  expect(new Set(alerts.map((a) => a.fingerprint)).size).toBe(2);
});

test('a batch has a bound', () => {
  expect(
    refusal(() =>
      send(
        Array.from({ length: 10_001 }, () => 0),
        batched,
      ),
    ),
  ).toEqual({
    code: 'bad-request',
    fields: [],
    message: 'a batch has at most 10000 events; send several',
  });
});

test.each([
  ['another version', { ...event, specversion: '0.3' }, structured, ['specversion']],
  ['no id', { ...event, id: '' }, structured, ['id']],
  ['no time at all', { ...event, time: undefined }, structured, ['data.startedAt']],
  ['labels that are no texts', { ...event, data: { labels: { a: 1 } } }, structured, ['data.labels.a']],
  ['data that is no object', { ...event, data: 'text' }, structured, ['data']],
  [
    'a batch of wrong ones',
    [
      { ...event, id: '' },
      { ...event, type: 7 },
    ],
    batched,
    ['0.id', '1.type'],
  ],
  [
    'headers that are missing',
    event.data,
    { 'content-type': 'application/json' },
    ['specversion', 'id', 'source', 'type'],
  ],
  ['a batch that is no list', event, batched, []],
])('refused by its fields: %s', (_, body, headers, fields) => {
  expect(refusal(() => send(body, headers as Record<string, string>))).toMatchObject({
    code: 'bad-request',
    fields,
  });
});

test('who it is from is checked before what it is', () => {
  expect(refusal(() => send('{', { ...structured, authorization: 'Bearer other' })).code).toBe('bad-token');
  expect(refusal(() => send('{', structured)).code).toBe('bad-request');
});
