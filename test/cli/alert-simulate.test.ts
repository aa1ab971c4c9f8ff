import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { FastifyInstance } from 'fastify';
import { PassThrough } from 'node:stream';
import { EXIT } from '../../cli/exit-code.ts';
import { secret } from '../../config/index.ts';
import type { Alert } from '../../ledger/api.ts';
import { createWebhookApp } from '../gateway/webhook-app.ts';
import { nightshift } from './command-line.ts';

let app: FastifyInstance;
let url: string;
let received: Alert[];
const heard = new Set<() => unknown>();

beforeEach(async () => {
  received = [];
  const sources = {
    alertmanager: { bearerToken: secret.literal('t') },
    pagerduty: { signingSecrets: [secret.literal('s')] },
    own: {},
  };
  app = await createWebhookApp(sources, (alert) => {
    received.push(alert);
    heard.forEach((tell) => tell());
  });
  url = await app.listen({ port: 0, host: '127.0.0.1' });
});
afterEach(async () => {
  heard.clear();
  await app.close();
});

const alert = (args: readonly string[], env: object = {}, io: object = {}) =>
  nightshift(['alert', ...args], {
    env: { NIGHTSHIFT_URL: url, NIGHTSHIFT_TOKEN: 'x', NIGHTSHIFT_WEBHOOK_TOKEN: 't', ...env },
    io,
  });

test('it fires, is sent again with other annotations, and resolves as the same alert', async () => {
  const interrupted = new AbortController();
  heard.add(() => received.length === 3 && interrupted.abort());
  const { code, out } = await alert(
    [
      ...['simulate', 'HighErrorRate', '-l', 'service=shop', '-l', 'query=a=b'],
      ...['--annotation', 'summary=5xx', '--for', '1h', '--every', '1s', '-o', 'json'],
    ],
    {},
    { interrupted: interrupted.signal },
  );
  expect(code).toBe(0);
  expect(received.map(({ status }) => status)).toEqual(['firing', 'firing', 'firing', 'resolved']);
  expect(new Set(received.map(({ fingerprint, startedAt }) => `${fingerprint} ${startedAt}`)).size).toBe(1);
  expect(received[0]).toMatchObject({
    name: 'HighErrorRate',
    labels: { alertname: 'HighErrorRate', service: 'shop', query: 'a=b' },
  });
  expect(received.map(({ annotations }) => annotations)).toEqual(
    [1, 2, 3, 4].map((n) => ({
      ...{ summary: '5xx', simulated: `with "nightshift alert simulate", evaluation ${n}` },
    })),
  );
  expect(out.trim().split('\n')).toHaveLength(received.length);
});

test('Ctrl-C resolves it at once', async () => {
  const interrupted = new AbortController();
  heard.add(() => interrupted.abort());
  const { code } = await alert(['simulate', 'A', '--for', '1h'], {}, { interrupted: interrupted.signal });
  expect(code).toBe(0);
  expect(received.map(({ status }) => status)).toEqual(['firing', 'resolved']);
});

test('it can be left firing', async () => {
  await alert(['simulate', 'A', '--no-resolve']);
  expect(received.map(({ status }) => status)).toEqual(['firing']);
});

test('send signs as the source does, and says what to set when that fails', async () => {
  const incident = {
    event: {
      id: 'e',
      event_type: 'incident.triggered',
      occurred_at: '2026-11-21T02:48:00Z',
      data: { id: 'P1', title: 'HighErrorRate', created_at: '2026-11-21T02:47:00Z' },
    },
  };
  const send = (env: object) => {
    const stdin = new PassThrough();
    stdin.end(JSON.stringify(incident));
    return alert(['send', '-', '--source', 'pagerduty'], env, { stdin });
  };
  expect((await send({ NIGHTSHIFT_WEBHOOK_SECRET: 's' })).code).toBe(0);
  expect(received).toMatchObject([{ source: 'pagerduty', fingerprint: 'P1' }]);
  const refused = await send({});
  expect(refused.err).toContain('NIGHTSHIFT_WEBHOOK_SECRET');
});

test('send fails where a part of a group is refused, and shows what became of the rest', async () => {
  const good = { status: 'firing', labels: { alertname: 'A' }, startsAt: '2026-11-21T02:47:00Z' };
  const stdin = new PassThrough();
  stdin.end(JSON.stringify({ version: '4', alerts: [{ ...good, status: 'x' }, good] }));
  const { code, out, err } = await alert(['send', '-', '-o', 'json'], {}, { stdin });
  expect(code).toBe(EXIT.refused);
  expect(JSON.parse(out)).toMatchObject({ alerts: [{ alertId: 'a' }], refused: [{ index: 0 }] });
  expect(err).toMatch(/the gateway did not take one alert of it: .*alerts\.0\.status/);
  expect(received).toMatchObject([{ name: 'A' }]);
});

test.each([
  [['simulate', 'A', '-l', 'service'], 'Write it like namespace=shop.'],
  [['simulate', 'A', '--for', 'soon'], 'soon'],
  [['simulate', 'A', '--every', '0s'], 'write a second or more.'],
  [['send', '-', '--source', 'Grafana!'], 'A source is named with'],
  [['send', '-', '--source', 'tracker'], 'configure it in alertSources'],
])('wrong: %j', async (args, message) => {
  const stdin = new PassThrough();
  stdin.end('{}');
  const { code, err } = await alert(args, {}, { stdin });
  expect(code).not.toBe(0);
  expect(err).toContain(message);
  expect(received).toEqual([]);
});
