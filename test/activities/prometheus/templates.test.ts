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
    String.raw`x{a="api.v1"} y{pod=~"api\\.v1-([a-z0-9]+-)?[a-z0-9]+"}`,
  );
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
