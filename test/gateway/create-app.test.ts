import { afterEach, expect, test } from '@jest/globals';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { createApp } from '../../gateway/create-app.ts';
import { createLogger } from '../../gateway/log.ts';
import { createMetrics } from '../../gateway/metrics.ts';
import { ProblemError } from '../../gateway/problem-error.ts';
import { TemporalAway } from '../../gateway/temporal-failure.ts';
import { LedgerRefused, LedgerUnavailable } from '../../ledger/errors.ts';

let app: FastifyInstance;
afterEach(() => app.close());
const create = async (requestsPerMinute = 1000, trustedProxies?: string[]) =>
  (app = await createApp({
    ...{ log: createLogger('silent'), metrics: createMetrics() },
    ...{ requestsPerMinute, trustedProxies },
  }));

const errors: [string, Error, number, string, string][] = [
  ['ours', new ProblemError('question-closed', 'it is closed'), 409, 'question-closed', 'it is closed'],
  [
    'no ledger',
    new LedgerUnavailable('pg: password=x'),
    503,
    'ledger-away',
    'the ledger (PostgreSQL) does not',
  ],
  ['the ledger says no', new LedgerRefused('used before'), 409, 'conflict', 'used before'],
  [
    'no Temporal',
    new TemporalAway('Temporal does not answer'),
    503,
    'temporal-away',
    'Temporal does not answer;',
  ],
  [
    'a bug',
    new TypeError('x of undefined, password=x'),
    500,
    'internal',
    'something broke inside the gateway',
  ],
];
test.each(errors)(
  'an error is answered in the reader’s words: %s',
  async (_, error, status, code, message) => {
    await create();
    app.get('/x', async () => {
      throw error;
    });
    const response = await app.inject('/x');
    expect([response.statusCode, response.json<{ code: string }>().code]).toEqual([status, code]);
    expect(response.json<{ message: string }>().message).toContain(message);
    expect(response.body).not.toContain('password');
  },
);

test('wrong fields are named where they stand; what is not there is said', async () => {
  await create();
  const body = z.strictObject({ a: z.object({ b: z.number() }) });
  app.post('/x', { schema: { body } }, async () => ({}));
  const wrong = await app.inject({ method: 'POST', url: '/x', payload: { a: { b: 'c' }, d: 1 } });
  expect(wrong.statusCode).toBe(400);
  expect(wrong.json<{ fields: { field: string }[] }>().fields.map((f) => f.field)).toEqual([
    'body.a.b',
    'body',
  ]);
  expect((await app.inject({ method: 'POST', url: '/x', payload: '{', headers: JSON_TYPE })).statusCode).toBe(
    400,
  );
  expect((await app.inject('/y')).json()).toEqual({ code: 'not-found', message: 'there is no GET /y' });
});
const JSON_TYPE = { 'content-type': 'application/json' };

test('too much: webhooks are told to repeat, people to wait, probes are always answered', async () => {
  await create(2);
  for (const url of ['/webhooks/x', '/api/x', '/healthz']) app.get(url, async () => ({}));
  const codes = async (url: string) => {
    const statuses = [];
    for (let i = 0; i < 3; i += 1) statuses.push((await app.inject({ url, remoteAddress: url })).statusCode);
    return statuses;
  };
  expect(await codes('/webhooks/x')).toEqual([200, 200, 503]);
  expect(await codes('/api/x')).toEqual([200, 200, 429]);
  expect(await codes('/healthz')).toEqual([200, 200, 200]);
});

test('behind a proxy: people who ask too much keep no alert out, and a trusted proxy says who is who', async () => {
  await create(2, ['10.0.0.0/8']);
  for (const url of ['/webhooks/x', '/api/x']) app.get(url, async () => ({}));
  const code = async (url: string, remoteAddress: string, from: string) =>
    (await app.inject({ url, remoteAddress, headers: { 'x-forwarded-for': from } })).statusCode;
  for (const _ of [1, 2]) expect(await code('/api/x', '10.0.0.5', '192.0.2.1')).toBe(200);
  expect(await code('/api/x', '10.0.0.5', '192.0.2.1')).toBe(429);
  expect(await code('/webhooks/x', '10.0.0.5', '192.0.2.1')).toBe(200);
  expect(await code('/api/x', '10.0.0.5', '192.0.2.2')).toBe(200);
  // Whoever is no proxy of ours does not get a new name by saying so.
  for (const from of ['192.0.2.3', '192.0.2.4']) await code('/api/x', '198.51.100.1', from);
  expect(await code('/api/x', '198.51.100.1', '192.0.2.5')).toBe(429);
});

test('a body of nothing but brackets is refused before anything walks it', async () => {
  await create();
  app.post('/x', { schema: { body: z.object({ facts: z.json() }) } }, () => ({}));
  const send = async (levels: number) => {
    const payload = `{"facts":${'['.repeat(levels)}${']'.repeat(levels)}}`;
    const headers = { 'content-type': 'application/json' };
    const response = await app.inject({ method: 'POST', url: '/x', headers, payload });
    return [response.statusCode, response.json<{ message?: string }>().message];
  };
  expect(await send(199)).toEqual([200, undefined]);
  for (const levels of [200, 3_000, 400_000])
    expect(await send(levels)).toEqual([400, 'the body is nested deeper than 200 levels']);
});
