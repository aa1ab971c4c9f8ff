import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { deliver, refusal, TOKEN } from './deliver.ts';

const sent = {
  monitor: '1234',
  cycle: '7241553482',
  transition: 'Triggered',
  date: '1795229233000',
  title: '[Triggered on {host:web-1}] Too many errors',
  status: 'errors over host:web-1 was > 5 at least once during the last 1m',
  priority: 'P2',
  query: 'avg(last_1m):sum:errors{*} by {host} > 5',
  scope: 'host:web-1',
  tags: 'alertname:HighErrorRate,service:payment-service,urgent,team:a,team:b',
  link: 'https://app.datadoghq.com/monitors/1234',
};
const read = (change: object = {}) =>
  deliver({ datadog: { bearerToken: TOKEN } }, 'datadog', { ...sent, ...change });

test('a triggered monitor is a firing alert, named by its tag', () => {
  expect(read().alerts).toEqual([
    {
      source: 'datadog',
      fingerprint: '7241553482',
      status: 'firing',
      name: 'HighErrorRate',
      severity: 'P2',
      labels: {
        alertname: 'HighErrorRate',
        service: 'payment-service',
        team: 'a',
        host: 'web-1',
        monitor: '1234',
      },
      annotations: { title: sent.title, status: sent.status, query: sent.query },
      startedAt: '2026-11-21T02:47:13.000Z',
      endedAt: undefined,
      link: sent.link,
      authenticated: true,
      raw: sent,
    },
  ]);
});

test('without such a tag the title is its name; variables without a value are left out', () => {
  const [alert] = read({ tags: '$TAGS', priority: 'null', link: '', status: undefined }).alerts;
  expect(alert).toMatchObject({ name: sent.title, severity: 'unknown', link: undefined });
  expect(alert?.labels).toEqual({ host: 'web-1', monitor: '1234' });
  expect(alert?.annotations).not.toHaveProperty('status');
});

const firing = ['Re-Triggered', 'Warn', 'Re-Warn', 'No Data', 'Re-No Data', 'Renotify'];
test.each(firing)('%s fires', (transition) => {
  expect(read({ transition }).alerts).toMatchObject([{ status: 'firing' }]);
});

test('a recovery ends its cycle; anything else starts and ends nothing', () => {
  expect(read({ transition: 'Recovered' }).alerts).toMatchObject([
    { status: 'resolved', fingerprint: sent.cycle, endedAt: '2026-11-21T02:47:13.000Z' },
  ]);
  expect(read({ transition: 'Muted' })).toEqual({
    alerts: [],
    ignored: 'the transition "Muted" starts and ends nothing',
  });
});

test.each([
  ['monitor', { monitor: '$ALERT_ID' }],
  ['cycle', { cycle: undefined }],
  ['transition', { transition: '' }],
  ['date', { date: 'yesterday' }],
])('%s has to be there', (field, change) => {
  expect(refusal(() => read(change)).fields).toEqual([field]);
});

test('the template of the documentation names exactly what is read', () => {
  const docs = readFileSync('docs/operating.md', 'utf8');
  const template = /```json\n(\{"monitor"[^`]*)```/.exec(docs)?.[1];
  expect(Object.keys(JSON.parse(template!) as object).sort()).toEqual(Object.keys(sent).sort());
});
