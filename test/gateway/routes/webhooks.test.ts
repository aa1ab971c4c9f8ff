import { afterEach, expect, test } from '@jest/globals';
import type { FastifyInstance } from 'fastify';
import { pino } from 'pino';
import { secret } from '../../../config/index.ts';
import type { Problem } from '../../../gateway/api/problem.ts';
import { createMetrics, type Metrics } from '../../../gateway/metrics.ts';
import type { Alert } from '../../../ledger/api.ts';
import { createWebhookApp } from '../webhook-app.ts';

let app: FastifyInstance;
let received: Alert[];
let metrics: Metrics;
let lines: unknown[];
afterEach(() => app.close());

async function create() {
  received = [];
  lines = [];
  metrics = createMetrics();
  app = await createWebhookApp(
    { alertmanager: { bearerToken: secret.literal('token') }, own: {} },
    (alert) => received.push(alert),
    { metrics, log: pino({}, { write: (line: string) => lines.push(JSON.parse(line)) }) },
  );
}
/** Alerts that were counted as not what their source writes. */
const misshapen = async (): Promise<number> => {
  const { values } = await metrics.registry.getSingleMetric('nightshift_alerts_total')!.get();
  return values.find(({ labels }) => labels['effect'] === 'misshapen')?.value ?? 0;
};
const post = (payload: string, authorization = 'Bearer token') =>
  app.inject({
    method: 'POST',
    url: '/webhooks/alertmanager',
    headers: { 'content-type': 'application/json', authorization },
    payload,
  });
const alert = {
  status: 'firing',
  labels: { alertname: 'A' },
  startsAt: '2026-11-21T02:47:00Z',
  fingerprint: 'f',
};

test('all alerts of a body, in order; one that nothing matches is taken all the same', async () => {
  await create();
  const alerts = Array.from({ length: 300 }, (_, i) => ({ ...alert, fingerprint: `${i}` }));
  expect((await post(JSON.stringify({ version: '4', alerts }))).statusCode).toBe(202);
  expect(received.map((a) => Number(a.fingerprint))).toEqual(alerts.map((_, i) => i));
});

test('a large group is taken, a flood is not', async () => {
  await create();
  const body = (bytes: number) =>
    JSON.stringify({ version: '4', alerts: [alert], padding: 'x'.repeat(bytes) });
  expect((await post(body(4_000_000))).statusCode).toBe(202);
  expect((await post(body(9_000_000))).statusCode).toBe(413);
  expect(received).toHaveLength(1);
});

test('a wrong alert of a group is named, counted and logged; the others are taken', async () => {
  await create();
  const wrong = { ...alert, status: 'x' };
  const response = await post(JSON.stringify({ version: '4', alerts: [alert, wrong, alert] }));
  expect(response.statusCode).toBe(202);
  expect(response.json()).toMatchObject({
    alerts: [{ alertId: 'a' }, { alertId: 'a' }],
    refused: [{ index: 1, message: expect.any(String), fields: [{ field: 'alerts.1.status' }] }],
  });
  expect(received).toHaveLength(2);
  expect(await misshapen()).toBe(1);
  expect(lines).toMatchObject([
    { level: 40, source: 'alertmanager', wrong: 1, refused: [{ index: 1 }] },
    ...[{ alert: 'A' }, { alert: 'A' }],
  ]);
});

test('a body in which no alert is right is refused, with their fields; it is counted and logged as well', async () => {
  await create();
  const wrong = { ...alert, status: 'x' };
  const response = await post(JSON.stringify({ version: '4', alerts: [wrong, wrong] }));
  expect(response.statusCode).toBe(400);
  expect(response.json<Problem>().fields?.map(({ field }) => field)).toEqual([
    'alerts.0.status',
    'alerts.1.status',
  ]);
  expect(received).toEqual([]);
  expect(await misshapen()).toBe(2);
  expect(lines).toMatchObject([{ level: 40, source: 'alertmanager', wrong: 2 }]);
  expect((await post('{')).statusCode).toBe(400);
  expect(await misshapen()).toBe(3);
});

test('what is answered and logged of wrong alerts has a bound, whatever they hold', async () => {
  await create();
  const labels = Object.fromEntries(Array.from({ length: 500 }, (_, i) => [`${i}${'x'.repeat(1_000)}`, i]));
  const wrong = { ...alert, labels };
  const taken = await post(JSON.stringify({ version: '4', alerts: [alert, wrong] }));
  expect(taken.statusCode).toBe(202);
  const [{ fields, message }] = taken.json<{ refused: [{ fields: { field: string }[]; message: string }] }>()
    .refused;
  expect(fields).toHaveLength(20);
  expect(fields[0]!.field).toMatch(/^alerts\.1\.labels\.0x+…$/);
  expect(fields[0]!.field).toHaveLength(200);
  expect(message).toHaveLength(500);
  const refused = await post(
    JSON.stringify({ version: '4', alerts: Array.from({ length: 7 }, () => wrong) }),
  );
  expect(refused.statusCode).toBe(400);
  expect(refused.json<Problem>().fields).toHaveLength(100);
  expect(refused.json<Problem>().message).toMatch(/…; and 6 more$/);
  expect(lines.map((line) => JSON.stringify(line).length).filter((length) => length > 50_000)).toEqual([]);
});

test('a group without a wrong alert says nothing of it', async () => {
  await create();
  expect((await post(JSON.stringify({ version: '4', alerts: [alert] }))).json()).not.toHaveProperty(
    'refused',
  );
  expect((await post('{', 'Bearer other')).statusCode).toBe(401);
  expect(await misshapen()).toBe(0);
});

test('who it is from is checked before what it is', async () => {
  await create();
  expect((await post('{', 'Bearer other')).statusCode).toBe(401);
  expect((await post('{')).statusCode).toBe(400);
});
