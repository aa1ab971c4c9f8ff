import { expect, test } from '@jest/globals';
import { culpritOf, requestIdsIn } from '../../../runbooks/analysis/slow-requests.ts';

const slow = (traceId: string, service: string, share = 0.8) => ({
  ...{ traceId, durationMs: 500 },
  slowest: { service, operation: 'GET', selfMs: 500 * share, share },
});

test('request ids are found in JSON, logfmt and headers, each once', () => {
  const lines = [
    '{"level":"INFO","request_id":"abc-123456","took_ms":900}',
    'took=900 requestId=def-123456 path=/',
    'X-Request-Id: ghi-123456',
    'level=info request_id=abc-123456',
    'request_id=short and request without one',
  ].map((text) => ({ text }));
  expect(requestIdsIn(lines)).toEqual(['abc-123456', 'def-123456', 'ghi-123456']);
});

test('the operation that most of the time of most requests goes to is the culprit', () => {
  const culprit = culpritOf([slow('1', 'cache'), slow('2', 'cache', 0.6), slow('3', 'database')]);
  expect(culprit).toMatchObject({ service: 'cache', operation: 'GET', requests: 2 });
  expect(culprit?.words).toBe(
    '2 of 3 slow requests spend most of their time in GET of cache: 400 of 500 ms, 80 %',
  );
});

test('half of the requests, or less than half of their time, accuses nobody', () => {
  expect(culpritOf([slow('1', 'cache'), slow('2', 'database')])).toBeUndefined();
  expect(culpritOf([slow('1', 'cache', 0.4), slow('2', 'cache', 0.3)])).toBeUndefined();
  expect(culpritOf([])).toBeUndefined();
});
