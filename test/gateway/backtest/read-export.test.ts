import { expect, test } from '@jest/globals';
import { readExport } from '../../../gateway/backtest/read-export.ts';

const now = new Date('2026-11-21T03:00:00.000Z');
const read = (...entries: unknown[]) => readExport(entries.map((e) => JSON.stringify(e)).join('\n'), now);
const shown = ({ alerts }: ReturnType<typeof readExport>) =>
  alerts.map(({ line, at, alert }) => `${line} ${at} ${alert.status} ${alert.name}`);

const webhook = {
  version: '4',
  alerts: [
    {
      status: 'resolved',
      labels: { alertname: 'HighErrorRate' },
      startsAt: '2026-11-20T02:00:00Z',
      endsAt: '2026-11-20T02:30:00Z',
      fingerprint: 'f1',
    },
    {
      status: 'firing',
      labels: { alertname: 'HighErrorRate' },
      startsAt: '2026-11-20T02:00:00Z',
      endsAt: '0001-01-01T00:00:00Z',
      fingerprint: 'f1',
    },
  ],
};
const ofApi = {
  labels: { alertname: 'NodeNotReady', node: 'worker-3' },
  annotations: {},
  startsAt: '2026-11-19T10:00:00.123Z',
  endsAt: '2026-11-19T10:05:00.123Z',
  fingerprint: 'f2',
  status: { state: 'active', silencedBy: [], inhibitedBy: [] },
};
const incident = {
  id: 'Q1',
  title: 'Checkout is slow',
  created_at: '2026-11-18T09:00:00Z',
  status: 'resolved',
  last_status_change_at: '2026-11-18T09:45:00Z',
  urgency: 'high',
};

test('reads the alerts of Alertmanager’s webhook and API, and of PagerDuty’s API, in the order in which they came', () => {
  expect(shown(read(webhook, ofApi, incident))).toEqual([
    '3 2026-11-18T09:00:00.000Z firing Checkout is slow',
    '3 2026-11-18T09:45:00.000Z resolved Checkout is slow',
    '2 2026-11-19T10:00:00.123Z firing NodeNotReady',
    '2 2026-11-19T10:05:00.123Z resolved NodeNotReady',
    '1 2026-11-20T02:00:00.000Z firing HighErrorRate',
    '1 2026-11-20T02:30:00.000Z resolved HighErrorRate',
  ]);
});

test('an alert that still fires has no end yet', () => {
  expect(shown(read({ ...ofApi, endsAt: '2026-11-21T03:04:00Z' }))).toEqual([
    '1 2026-11-19T10:00:00.123Z firing NodeNotReady',
  ]);
  expect(shown(read({ ...incident, status: 'acknowledged' }))).toHaveLength(1);
});

test('reads PagerDuty’s events; those that start and end nothing are counted', () => {
  const event = (event_type: string) => ({
    event: { id: 'E', event_type, occurred_at: '2026-11-18T09:00:00Z', data: incident },
  });
  const { alerts, withoutMeaning } = read(event('incident.triggered'), event('incident.acknowledged'));
  expect([alerts.length, withoutMeaning]).toEqual([1, 1]);
});

test('reads what "nightshift alert list -o json" prints, and alerts as we write them', () => {
  const alert = {
    ...{ id: 'alert-1', source: 'alertmanager', name: 'HighErrorRate', status: 'firing', severity: 'page' },
    ...{ labels: { service: 'shop' }, authenticated: true, runs: [], refused: [] },
    ...{ startedAt: '2026-11-20T02:00:00.000Z', receivedAt: '2026-11-20T02:00:30.000Z' },
  };
  const listed = readExport(JSON.stringify({ alerts: [alert] }, undefined, 2), now);
  expect(shown(listed)).toEqual(['1 2026-11-20T02:00:30.000Z firing HighErrorRate']);
  const short = { name: 'A', labels: {}, startedAt: '2026-11-20T02:00:00Z', endedAt: '2026-11-20T03:00:00Z' };
  expect(shown(read(short))).toEqual([
    '1 2026-11-20T02:00:00.000Z firing A',
    '1 2026-11-20T03:00:00.000Z resolved A',
  ]);
});

test('a list is read like lines', () => {
  expect(shown(readExport(JSON.stringify([ofApi, incident], undefined, 2), now))).toHaveLength(4);
  expect(shown(readExport(JSON.stringify({ incidents: [incident] }), now))).toHaveLength(2);
  expect(shown(readExport(JSON.stringify(webhook, undefined, 2), now))).toHaveLength(2);
});

test('a wrong alert of a webhook’s group is named by its line, the others of the group are read', () => {
  const [resolved, firing] = webhook.alerts;
  const { alerts, unreadable } = read({ ...webhook, alerts: [{ ...resolved, labels: 1 }, firing] });
  expect(alerts).toMatchObject([{ line: 1, alert: { status: 'firing' } }]);
  expect(unreadable).toEqual([{ line: 1, problem: expect.stringContaining('alerts.0.labels') }]);
});

test('what is no alert is named by its line, and stops nothing', () => {
  const lines = [
    JSON.stringify(ofApi),
    '{"labels": {',
    '',
    '42',
    '{"what":"ever"}',
    '{"startsAt":"yesterday","labels":{}}',
    '{"startsAt":"2026-11-19T10:00:00Z","labels":{"a":1}}',
    '{"startedAt":"2026-11-19T10:00:00Z","labels":{}}',
  ];
  const { alerts, unreadable } = readExport(lines.join('\n'), now);
  expect(alerts).toHaveLength(2);
  expect(unreadable.map(({ line }) => line)).toEqual([2, 4, 5, 6, 7, 8]);
  expect(unreadable.at(-3)!.problem).toContain('alerts.0.startsAt: must be a moment like');
  expect(unreadable.at(-1)!.problem).toBe(
    'it is not an alert: name: Invalid input: expected string, received undefined',
  );
});

test('an empty file has nothing', () => {
  expect(readExport('\n', now)).toEqual({ alerts: [], unreadable: [], withoutMeaning: 0 });
});
