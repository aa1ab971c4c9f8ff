import { afterEach, expect, test } from '@jest/globals';
import type { FastifyInstance } from 'fastify';
import { secret } from '../../../config/index.ts';
import type { Alert } from '../../../ledger/api.ts';
import { createWebhookApp } from '../webhook-app.ts';

let app: FastifyInstance;
let received: Alert[];
afterEach(() => app.close());

async function create() {
  received = [];
  app = await createWebhookApp({ alertmanager: { bearerToken: secret.literal('token') }, own: {} }, (alert) =>
    received.push(alert),
  );
}
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

test('one wrong alert refuses the body before any of it is taken', async () => {
  await create();
  const response = await post(JSON.stringify({ version: '4', alerts: [alert, { ...alert, status: 'x' }] }));
  expect(response.statusCode).toBe(400);
  expect(response.json<{ message: string }>().message).toContain('alerts.1.status');
  expect(received).toEqual([]);
});

test('who it is from is checked before what it is', async () => {
  await create();
  expect((await post('{', 'Bearer other')).statusCode).toBe(401);
  expect((await post('{')).statusCode).toBe(400);
});
