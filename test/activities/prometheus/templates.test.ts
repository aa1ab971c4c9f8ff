import { expect, test } from '@jest/globals';
import { filled, TEMPLATES } from '../../../activities/prometheus/templates.ts';

test('labels of service and namespace, window and quantile are filled in', () => {
  const [first] = TEMPLATES.latency;
  expect(filled(first!.expr, { service: 'api', namespace: 'shop', window: '5m', quantile: 0.99 })).toBe(
    'histogram_quantile(0.99, sum by (le) (rate(http_request_duration_seconds_bucket{service="api",namespace="shop"}[5m])))',
  );
});

test('without a namespace none is asked for', () => {
  expect(filled('x{$labels(a,b)} y{$pods}', { service: 'api.v1', window: '1m' })).toBe(
    String.raw`x{a="api.v1"} y{pod=~"api\\.v1-([0-9]+|[bcdfghjklmnpqrstvwxz2456789]{5}|[bcdfghjklmnpqrstvwxz2456789]{6,10}-[bcdfghjklmnpqrstvwxz2456789]{5})"}`,
  );
});

test('pods of a service are its own, and not those of one whose name begins the same', () => {
  const [, text] = /^pod=~(".*")$/.exec(filled('$pods', { service: 'api', window: '1m' }))!;
  const own = new RegExp(`^(?:${JSON.parse(text!) as string})$`);
  for (const pod of ['api-0', 'api-12', 'api-x7k2p', 'api-7d4f9c6b8d-x2x4z', 'api-68f4b9-x2x4z'])
    expect([pod, own.test(pod)]).toEqual([pod, true]);
  for (const pod of [
    'api',
    'api-db-0',
    'api-gateway-0',
    'api-gateway-x7k2p',
    'api-gateway-7d4f9c6b8d-x2x4z',
    'my-api-0',
  ])
    expect([pod, own.test(pod)]).toEqual([pod, false]);
});

test('a dollar sign in a name means nothing', () => {
  expect(filled('$labels(a,b)', { service: "$&$'", window: '1m' })).toBe(`a="$&$'"`);
});

test('every template names series, and leaves nothing to be filled in', () => {
  for (const template of Object.values(TEMPLATES).flat())
    for (const text of [template.needs, template.expr])
      expect(filled(text, { service: 'api', namespace: 'shop', window: '1m' })).not.toMatch(
        /\$|undefined|,,|\{,|,\}/,
      );
});
