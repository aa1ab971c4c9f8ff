import { afterEach, expect, test } from '@jest/globals';
import type { RequestListener } from 'node:http';
import { inspect } from 'node:util';
import { PrometheusApi } from '../../../activities/prometheus/http-api.ts';
import { serve, type TestServer } from './http-server.ts';

let server: TestServer | undefined;
afterEach(async () => server?.close());

async function ask(
  answer: RequestListener,
  more: { timeoutMs?: number; token?: () => string; signal?: AbortSignal } = {},
) {
  server = await serve(answer);
  const { signal = new AbortController().signal, ...connection } = more;
  return new PrometheusApi({ url: server.url, ...connection }).instant({
    query: 'up',
    at: new Date(),
    signal,
  });
}
const says =
  (status: number, body: string): RequestListener =>
  (_, response) =>
    response.writeHead(status).end(body);

// Bodies as Prometheus 2.42 gives them.
const table: [string, RequestListener, string, RegExp][] = [
  [
    'a wrong query',
    says(400, '{"status":"error","errorType":"bad_data","error":"parse error: unclosed left parenthesis"}'),
    'invalid',
    /refused the query \(bad_data\): parse error/,
  ],
  [
    'a query that took too long',
    says(503, '{"status":"error","errorType":"timeout","error":"query timed out"}'),
    'retryable',
    /answered 503: query timed out/,
  ],
  [
    'a query that cannot be executed',
    says(422, '{"status":"error","errorType":"execution","error":"many-to-many matching"}'),
    'invalid',
    /many-to-many/,
  ],
  ['credentials that are refused', says(401, 'Unauthorized'), 'refused', /refuses the credentials \(401\)/],
  ['too many questions', says(429, 'slow down'), 'retryable', /answered 429/],
  ['a proxy in front that fails', says(502, '<html>Bad Gateway</html>'), 'retryable', /answered 502/],
  ['somebody else’s page', says(200, '<html>Sign in</html>'), 'invalid', /is not Prometheus' API/],
  [
    'another JSON API',
    says(200, '{"status":"success","data":{"things":[]}}'),
    'invalid',
    /is not Prometheus' API/,
  ],
  ['no such path', says(404, 'not found'), 'invalid', /is not Prometheus' API/],
  [
    'a redirect elsewhere',
    (_, r) => r.writeHead(302, { location: 'http://127.0.0.1:1/' }).end(),
    'retryable',
    /cannot be reached/,
  ],
  [
    'half an answer',
    (_, r) => {
      r.writeHead(200, { 'content-length': '1000' }).write('{"status":');
      setImmediate(() => r.destroy());
    },
    'retryable',
    /cannot be reached/,
  ],
  [
    'a flood',
    (_, r) => {
      r.writeHead(200);
      const chunk = 'x'.repeat(1 << 20);
      for (let i = 0; i < 10; i++) r.write(chunk);
      r.end();
    },
    'invalid',
    /more than 8 MiB/,
  ],
];

test.each(table)('%s', async (_, answer, kind, message) => {
  await expect(ask(answer)).rejects.toMatchObject({
    name: 'StepFailure',
    kind,
    message: expect.stringMatching(message),
  });
});

test('a Prometheus that does not answer', async () => {
  await expect(ask(() => undefined, { timeoutMs: 50 })).rejects.toMatchObject({
    kind: 'retryable',
    message: expect.stringMatching(/did not answer within 50 ms/),
  });
});

test('a Prometheus that is not there', async () => {
  const gone = await serve(() => undefined);
  await gone.close();
  const api = new PrometheusApi({ url: gone.url });
  await expect(
    api.instant({ query: 'up', at: new Date(), signal: new AbortController().signal }),
  ).rejects.toMatchObject({
    kind: 'retryable',
    message: expect.stringMatching(/cannot be reached: .*ECONNREFUSED/),
  });
});

test('a call that is cancelled ends as a cancellation, not as a failure of Prometheus', async () => {
  const cancel = new AbortController();
  const call = ask(() => cancel.abort(), { signal: cancel.signal });
  await expect(call).rejects.toMatchObject({ name: 'AbortError' });
});

test('the token is sent and does not show in errors', async () => {
  const failure = await ask(says(500, 'no'), { token: () => 's3cret' }).catch(
    (error: unknown) => error as Error,
  );
  expect(server!.requests[0]!.headers.authorization).toBe('Bearer s3cret');
  expect(inspect(failure, { depth: 5 })).not.toContain('s3cret');
});

test('warnings are handed on', async () => {
  const answer = await ask(
    says(
      200,
      '{"status":"success","data":{"resultType":"vector","result":[]},"warnings":["one store is down"]}',
    ),
  );
  expect(answer.warnings).toEqual(['one store is down']);
});
