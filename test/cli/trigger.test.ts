import { expect, test } from '@jest/globals';
import { fileURLToPath } from 'node:url';
import { nightshift } from './command-line.ts';

const runbooks = fileURLToPath(new URL('./fixtures/runbooks.ts', import.meta.url));
const explain = (alert: unknown, ...args: string[]) =>
  nightshift(['trigger', 'explain', '-', '--runbooks', runbooks, ...args], {
    stdin: typeof alert === 'string' ? alert : JSON.stringify(alert),
  });
const firing = (labels: Record<string, string>) => ({
  version: '4',
  alerts: [{ status: 'firing', labels, startsAt: '2026-11-21T02:47:00Z' }],
});

test('says what would start, and with which input', async () => {
  const { code, out } = await explain(firing({ alertname: 'ServiceSick', service: 'shop' }));
  expect(code).toBe(0);
  expect(out).toMatchInlineSnapshot(`
   "ServiceSick (alertmanager, firing) service=shop
   RUNBOOK       WOULD  BECAUSE
   service-sick  start  its input is {"service":"shop"}
   "
  `);
});

test('says why nothing would', async () => {
  const other = await explain(firing({ alertname: 'Watchdog', service: 'shop' }));
  expect(other.out).toContain('alertname is "Watchdog", not "ServiceSick"');
  const refused = await explain(firing({ alertname: 'ServiceSick', service: 's' }));
  expect(refused.out).toMatch(/service-sick\s+be refused\s+input\.service: /);
});

test('as JSON, of every alert in the file, whoever wrote it', async () => {
  const grafana = { ...firing({ alertname: 'ServiceSick', service: 'shop' }), version: '1' };
  const datadog = {
    ...{ monitor: '1', cycle: 'c', transition: 'Recovered', date: '1795229233000', title: 't' },
    tags: 'alertname:ServiceSick,service:cart',
  };
  const event = {
    ...{ specversion: '1.0', id: '1', source: '/probes', type: 'ServiceSick', time: '2026-11-21T02:47:00Z' },
    data: { labels: { service: 'till' } },
  };
  const lines = [grafana, datadog, event].map((one) => JSON.stringify(one)).join('\n');
  const { out } = await explain(lines, '-o', 'json');
  const { alerts } = JSON.parse(out) as { alerts: { alert: object; runbooks: object[] }[] };
  expect(alerts.map(({ alert }) => alert)).toMatchObject([
    { source: 'grafana', status: 'firing' },
    { source: 'cloudevents', status: 'firing' },
    { source: 'datadog', status: 'resolved' },
  ]);
  expect(alerts[1]?.runbooks[0]).toMatchObject({ runbook: 'service-sick', input: { service: 'till' } });
});

test.each([
  ['{}', 'it has none of startedAt (ours)'],
  ['', 'there is no alert in -'],
  [JSON.stringify({ version: '4', alerts: [{}] }), 'alerts.0.status'],
])('a file without an alert: %s', async (text, message) => {
  const { code, err } = await explain(text);
  expect(code).toBe(2);
  expect(err).toContain(message);
});
