import { expect, test } from '@jest/globals';
import { ConfigError, secret, type AlertInput } from '../../../../config/index.ts';
import { deliver, hmac, refusal, TOKEN } from './deliver.ts';

interface Issue {
  readonly id: string;
  readonly title: string;
  readonly opened: string;
}
const alerts = (body: unknown): AlertInput[] =>
  (body as { issues: Issue[] }).issues.map(({ id, title, opened }) => ({
    name: title,
    fingerprint: id,
    labels: { issue: id },
    startedAt: opened,
  }));
const issue = { id: '42', title: 'Payments fail', opened: '2026-11-21T02:47:00Z' };
const own = (source: object) => ({ own: { tracker: { bearerToken: TOKEN, alerts, ...source } } });
const send = (body: unknown, source: object = {}) => deliver(own(source), 'tracker', body);

test('a function of the configuration makes alerts of what is posted', () => {
  const body = { issues: [issue, { ...issue, id: '43' }] };
  expect(send(body).alerts).toMatchObject([
    {
      source: 'tracker',
      fingerprint: '42',
      status: 'firing',
      name: 'Payments fail',
      severity: 'unknown',
      labels: { issue: '42' },
      startedAt: '2026-11-21T02:47:00.000Z',
      authenticated: true,
      raw: body,
    },
    { fingerprint: '43' },
  ]);
});

test('one alert needs no list; nothing is no alert', () => {
  const one = () => ({ name: 'A', labels: { b: 'c' }, startedAt: issue.opened });
  expect(send({}, { alerts: one }).alerts).toHaveLength(1);
  expect(send({}, { alerts: () => undefined })).toEqual({
    alerts: [],
    ignored: 'alertSources.own.tracker makes no alert of it',
  });
});

test('an end is when the source says that it was; one that says nothing of it does not end as it begins', () => {
  const endOf = (endedAt?: string) => {
    const one = () => ({
      ...{ name: 'A', labels: {}, status: 'resolved', startedAt: issue.opened, endedAt },
    });
    return send({}, { alerts: one }).alerts[0]?.endedAt;
  };
  expect(endOf('2026-11-21T02:49:00Z')).toBe('2026-11-21T02:49:00.000Z');
  expect(endOf()).toBeUndefined();
});

test('a function that fails, or makes something else, refuses the delivery and says why', () => {
  expect(refusal(() => send({})).message).toMatch(
    /^alertSources\.own\.tracker\.alerts cannot make alerts of this: .*'map'/,
  );
  expect(refusal(() => send({}, { alerts: () => ({ name: '', labels: {} }) })).fields).toEqual([
    '0.name',
    '0.startedAt',
  ]);
});

test('one wrong alert that it makes costs none of the others', () => {
  const { alerts, refused } = send({ issues: [{ ...issue, opened: 'today' }, issue] });
  expect(alerts).toMatchObject([{ fingerprint: '42' }]);
  expect(refused).toMatchObject([{ index: 0, fields: [{ field: '0.startedAt' }] }]);
});

test('half a character in what it makes loses neither that alert nor the others', () => {
  const cut = () =>
    ['A\ud83d', 'B'].map((name) => ({ name, labels: { issue: '\udd25' }, startedAt: issue.opened }));
  const { alerts, refused } = send({}, { alerts: cut });
  expect(refused).toEqual([]);
  expect(new Set(alerts.map((a) => a.fingerprint)).size).toBe(2);
});

test('signed as many senders sign', () => {
  const signature = { header: 'X-Hub-Signature-256', prefix: 'sha256=', secrets: [secret.literal('s')] };
  const source = { own: { tracker: { signature, alerts } } };
  const body = JSON.stringify({ issues: [issue] });
  const from = (value: string) => () => deliver(source, 'tracker', body, { 'x-hub-signature-256': value });
  expect(from(`sha256=${hmac('s', body)}`)().alerts).toHaveLength(1);
  expect(refusal(from(hmac('s', body))).code).toBe('bad-signature');
  expect(refusal(from(`sha256=${hmac('t', body)}`)).code).toBe('bad-signature');
});

test.each([
  [{ own: { grafana: { bearerToken: TOKEN, alerts } } }, 'is the name of a source that nightshift knows'],
  [{ own: { 'My Tracker': { bearerToken: TOKEN, alerts } } }, 'lower-case letters'],
  [{ own: { tracker: { bearerToken: TOKEN } } }, 'alertSources.own.tracker: write { bearerToken'],
])('a configuration that cannot be: %#', (sources, message) => {
  expect(() => deliver(sources, 'tracker', {})).toThrow(ConfigError);
  expect(() => deliver(sources, 'tracker', {})).toThrow(message);
});
