import { expect, test } from '@jest/globals';
import { secret } from '../../../../config/index.ts';
import { BEARER, deliver, hmac, NOW, refusal, TOKEN } from './deliver.ts';

/** After the payload of Grafana's documentation. */
const firing = {
  status: 'firing',
  labels: { alertname: 'High memory usage', team: 'blue', zone: 'us-1' },
  annotations: { description: 'The system has high memory usage', runbook_url: 'https://myrunbook.com/1234' },
  startsAt: '2026-11-21T03:47:12.739266876+01:00',
  endsAt: '0001-01-01T00:00:00Z',
  generatorURL: 'https://play.grafana.org/alerting/grafana/AmhRD/view',
  fingerprint: 'c6eadffa33fcdf37',
  silenceURL: 'https://play.grafana.org/alerting/silence/new?matchers=team%3Dblue',
  dashboardURL: 'https://play.grafana.org/d/1',
  panelURL: 'https://play.grafana.org/d/1?viewPanel=2',
  values: { B: 44.23943737541908 },
  valueString: "[ var='B' labels={} value=44.2 ]",
};
const payload = (...alerts: unknown[]) => ({
  receiver: 'nightshift',
  status: 'firing',
  orgId: 1,
  alerts,
  version: '1',
  groupKey: '{}:{}',
  truncatedAlerts: 0,
  title: '[FIRING:1]  (blue)',
  state: 'alerting',
  message: '…',
});
const bearer = { grafana: { bearerToken: TOKEN } };

test('a firing alert, with the links that Grafana adds', () => {
  expect(deliver(bearer, 'grafana', payload(firing)).alerts).toEqual([
    {
      source: 'grafana',
      fingerprint: 'c6eadffa33fcdf37',
      status: 'firing',
      name: 'High memory usage',
      severity: 'unknown',
      labels: firing.labels,
      annotations: {
        ...firing.annotations,
        dashboard: firing.dashboardURL,
        panel: firing.panelURL,
        silence: firing.silenceURL,
        values: firing.valueString,
      },
      startedAt: '2026-11-21T02:47:12.739Z',
      endedAt: undefined,
      link: firing.panelURL,
      authenticated: true,
      raw: firing,
    },
  ]);
});

test('a resolved alert has its end; one without links leads to its rule', () => {
  const bare = {
    ...firing,
    dashboardURL: '',
    panelURL: null,
    status: 'resolved',
    endsAt: '2026-11-21T02:49:00Z',
  };
  expect(deliver(bearer, 'grafana', payload(bare)).alerts).toMatchObject([
    { status: 'resolved', endedAt: '2026-11-21T02:49:00.000Z', link: firing.generatorURL },
  ]);
});

test('alerts that Grafana left out of a group are counted', () => {
  expect(deliver(bearer, 'grafana', { ...payload(firing), truncatedAlerts: 7 }).truncated).toBe(7);
});

test('a wrong alert costs none of its group', () => {
  const { alerts, refused } = deliver(bearer, 'grafana', payload({ ...firing, startsAt: '' }, firing));
  expect(alerts).toMatchObject([{ fingerprint: firing.fingerprint, raw: firing }]);
  expect(refused).toMatchObject([{ index: 0, fields: [{ field: 'alerts.0.startsAt' }] }]);
});

test('half a character in a label loses neither the alert nor its group', () => {
  const broken = { ...firing, fingerprint: '', labels: { alertname: 'Cut\ud83d' } };
  const { alerts, refused } = deliver(bearer, 'grafana', payload(broken, firing));
  expect(alerts).toMatchObject([
    { fingerprint: expect.stringMatching(/^[0-9a-f]{64}$/) },
    { fingerprint: firing.fingerprint },
  ]);
  expect(refused).toEqual([]);
});

test('the old alerting, and an alert without a start, are refused by their fields', () => {
  expect(refusal(() => deliver(bearer, 'grafana', { ruleId: 1, state: 'alerting' })).fields).toEqual([
    'version',
    'alerts',
  ]);
  const wrong = payload({ ...firing, startsAt: 'yesterday' });
  expect(refusal(() => deliver(bearer, 'grafana', wrong)).fields).toEqual(['alerts.0.startsAt']);
  expect(refusal(() => deliver(bearer, 'grafana', payload(), {})).code).toBe('bad-token');
});

const signing = (timestampHeader?: string) => ({
  grafana: { signingSecrets: [secret.literal('old'), secret.literal('new')], timestampHeader },
});
const body = JSON.stringify(payload(firing));
const seconds = (offset: number) => String(Math.floor(NOW.getTime() / 1000) + offset);

test('signed over the body', () => {
  const headers = { 'x-grafana-alerting-signature': hmac('new', body) };
  expect(deliver(signing(), 'grafana', body, headers).alerts).toHaveLength(1);
  expect(refusal(() => deliver(signing(), 'grafana', `${body} `, headers)).code).toBe('bad-signature');
  expect(refusal(() => deliver(signing(), 'grafana', body, BEARER)).code).toBe('bad-signature');
});

test('signed over moment and body, it counts for five minutes', () => {
  const sent = (offset: number, signedFor = offset) => {
    const headers = {
      'x-grafana-alerting-signature': hmac('old', seconds(signedFor), ':', body),
      'x-sent': seconds(offset),
    };
    return () => deliver(signing('X-Sent'), 'grafana', body, headers);
  };
  expect(sent(-299)().alerts).toHaveLength(1);
  expect(refusal(sent(-301))).toMatchObject({
    code: 'bad-signature',
    message: expect.stringContaining('within 5 minutes of 2026-11-21T02:50:00.000Z'),
  });
  expect(refusal(sent(301)).code).toBe('bad-signature');
  expect(refusal(sent(0, -301)).message).toContain('fits none of the secrets');
});

test('a moment that is asked for and not sent is refused, signed or not', () => {
  const headers = { 'x-grafana-alerting-signature': hmac('new', ':', body) };
  expect(refusal(() => deliver(signing('X-Sent'), 'grafana', body, headers)).code).toBe('bad-signature');
});

test('a signing secret that is missing costs the other nothing; where that does not fit, Grafana tries again', () => {
  const grafana = { signingSecrets: [secret.env('TEST_NOWHERE'), secret.literal('s2')] };
  const body = JSON.stringify(payload(firing));
  const signedWith = (key: string) =>
    deliver({ grafana }, 'grafana', body, { 'x-grafana-alerting-signature': hmac(key, body) });
  expect(signedWith('s2').alerts).toHaveLength(1);
  expect(() => signedWith('s3')).toThrow(/TEST_NOWHERE\] is not set/);
});
