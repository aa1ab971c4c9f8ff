import { expect, test } from '@jest/globals';
import { parseAlertmanager } from '../../../../gateway/alerts/sources/alertmanager.ts';
import { refusal } from './deliver.ts';
import { ProblemError } from '../../../../gateway/problem-error.ts';

/** After the documentation's example, with Go's nanoseconds and offset, and the zero time of a firing alert's end. */
const firing = {
  status: 'firing',
  labels: { alertname: 'HighErrorRate', service: 'payment-service', severity: 'critical' },
  annotations: { summary: '5xx above 5 %', runbook_url: 'https://example.com/r' },
  startsAt: '2026-11-21T04:47:11.739266876+02:00',
  endsAt: '0001-01-01T00:00:00Z',
  generatorURL: 'http://prometheus:9090/graph?g0.expr=rate',
  fingerprint: 'c1c5d2f1b1b8a5f3',
};
const payload = (...alerts: unknown[]) => ({
  version: '4',
  groupKey: '{}:{alertname="HighErrorRate"}',
  truncatedAlerts: 0,
  status: 'firing',
  receiver: 'nightshift',
  groupLabels: { alertname: 'HighErrorRate' },
  commonLabels: { severity: 'critical' },
  commonAnnotations: {},
  externalURL: 'http://alertmanager:9093',
  alerts,
});
const read = (...alerts: unknown[]) => parseAlertmanager(payload(...alerts), { authenticated: true });
const parse = (...alerts: unknown[]) => read(...alerts).alerts;

test('a firing alert', () => {
  expect(parse(firing)).toEqual([
    {
      source: 'alertmanager',
      fingerprint: 'c1c5d2f1b1b8a5f3',
      status: 'firing',
      name: 'HighErrorRate',
      severity: 'critical',
      labels: firing.labels,
      annotations: firing.annotations,
      startedAt: '2026-11-21T02:47:11.739Z',
      endedAt: undefined,
      link: firing.generatorURL,
      authenticated: true,
      raw: firing,
    },
  ]);
});

test('a resolved alert has its end, and the same start', () => {
  const [alert] = parse({ ...firing, status: 'resolved', endsAt: '2026-11-21T03:01:00Z' });
  expect(alert).toMatchObject({
    status: 'resolved',
    startedAt: '2026-11-21T02:47:11.739Z',
    endedAt: '2026-11-21T03:01:00.000Z',
  });
});

test('each alert of a group is one of its own, in order', () => {
  const second = { ...firing, fingerprint: 'b', labels: { alertname: 'Other' } };
  expect(parse(firing, second).map((a) => [a.fingerprint, a.name, a.severity])).toEqual([
    ['c1c5d2f1b1b8a5f3', 'HighErrorRate', 'critical'],
    ['b', 'Other', 'unknown'],
  ]);
  expect(parse()).toEqual([]);
});

test('without a fingerprint the labels identify it', () => {
  const without = { ...firing, fingerprint: undefined };
  const [a, b, c] = parse(
    without,
    { ...without, startsAt: '2026-11-21T00:00:00Z' },
    { ...without, labels: {} },
  );
  expect(a?.fingerprint).toMatch(/^[0-9a-f]{64}$/);
  expect(b?.fingerprint).toBe(a?.fingerprint);
  expect(c?.fingerprint).not.toBe(a?.fingerprint);
  expect(c?.name).toBe('unnamed');
});

test('half a character in a label is no reason to lose the alert, nor the one beside it', () => {
  const broken = { ...firing, fingerprint: '', labels: { alertname: 'Cut\ud83d', '\udd25': 'x' } };
  const { alerts, refused } = read(broken, firing);
  expect(refused).toEqual([]);
  expect(alerts.map((a) => a.fingerprint)).toEqual([
    expect.stringMatching(/^[0-9a-f]{64}$/),
    firing.fingerprint,
  ]);
  // The same as of what the ledger keeps.
  expect(parse({ ...broken, labels: { alertname: 'Cut\ufffd', '\ufffd': 'x' } })[0]!.fingerprint).toBe(
    alerts[0]!.fingerprint,
  );
});

test('an unsigned source is told apart', () => {
  expect(parseAlertmanager(payload(firing), { authenticated: false }).alerts[0]?.authenticated).toBe(false);
});

test('a wrong alert costs none of the others; it is named by its place and its fields', () => {
  const { alerts, refused } = read(firing, { ...firing, labels: { a: 1 } }, 'text', {
    ...firing,
    fingerprint: 'b',
  });
  expect(alerts.map((a) => a.fingerprint)).toEqual(['c1c5d2f1b1b8a5f3', 'b']);
  expect(alerts[1]!.raw).toMatchObject({ fingerprint: 'b' });
  expect(refused!.map(({ index, fields }) => [index, fields.map((f) => f.field)])).toEqual([
    [1, ['alerts.1.labels.a']],
    [2, ['alerts.2']],
  ]);
  expect(refused![0]!.message).toMatch(
    /^this is not an Alertmanager webhook payload .*alerts\.1\.labels\.a: /,
  );
});

test('where none is right, all their fields are named', () => {
  const wrong = { ...firing, status: 'pending' };
  expect(refusal(() => read(wrong, wrong, wrong))).toMatchObject({
    fields: ['alerts.0.status', 'alerts.1.status', 'alerts.2.status'],
    message: expect.stringMatching(/alerts\.0\.status: .*; and 2 more$/),
  });
});

const bad: [string, unknown, string][] = [
  ['nothing', undefined, ''],
  ['a list', [], ''],
  ['no version', { alerts: [] }, 'version'],
  ['Grafana’s version', { ...payload(firing), version: '1' }, 'version'],
  ['no alerts', { version: '4' }, 'alerts'],
  ['a status of its own', payload({ ...firing, status: 'pending' }), 'alerts.0.status'],
  ['a number as label', payload({ ...firing, labels: { a: 1 } }), 'alerts.0.labels.a'],
  ['no start', payload({ ...firing, startsAt: undefined }), 'alerts.0.startsAt'],
  ['a start that is no moment', payload({ ...firing, startsAt: 'yesterday' }), 'alerts.0.startsAt'],
  ['a 13th month', payload({ ...firing, startsAt: '2026-13-01T00:00:00Z' }), 'alerts.0.startsAt'],
];
test.each(bad)('%s is refused with the field', (_, body, field) => {
  let error: unknown;
  try {
    parseAlertmanager(body, { authenticated: true });
  } catch (e) {
    error = e;
  }
  expect(error).toBeInstanceOf(ProblemError);
  expect((error as ProblemError).code).toBe('bad-request');
  expect((error as ProblemError).fields?.map((f) => f.field)).toContain(field);
});

test('texts of any length: what indexes and histories hold is bounded, what was sent is kept beside', () => {
  const long = 'x'.repeat(100_000);
  const sent = {
    ...firing,
    fingerprint: long,
    labels: {
      alertname: long,
      service: 'payments',
      [long]: 'a',
      big: long,
      emoji: '\u{1F525}'.repeat(4_000),
    },
    annotations: Object.fromEntries(Array.from({ length: 50 }, (_, i) => [`n${i}`, long])),
    generatorURL: long,
  };
  const [alert] = parse(sent);
  expect(alert!.fingerprint).toMatch(/^sha256-[0-9a-f]{64}$/);
  expect(alert).not.toMatchObject({
    fingerprint: parse({ ...sent, fingerprint: `${long}y` })[0]!.fingerprint,
  });
  expect(alert!.name).toBe(`${'x'.repeat(199)}…`);
  expect(Object.keys(alert!.labels)).toEqual(['alertname', 'service', 'big', 'emoji']);
  expect(alert!.labels['service']).toBe('payments');
  expect(alert!.labels['emoji']!.isWellFormed()).toBe(true);
  expect(JSON.stringify([alert!.labels, alert!.annotations]).length).toBeLessThan(110_000);
  expect(alert!.link).toBeUndefined();
  expect(alert!.raw).toMatchObject({ fingerprint: long });
});
