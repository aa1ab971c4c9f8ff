import { expect, test } from '@jest/globals';
import type { RawEvent } from '../../../../activities/kubernetes/client/raw.ts';
import { orderEvents, summariseEvent } from '../../../../activities/kubernetes/events/order-events.ts';

const event = (reason: string, times: Partial<RawEvent>): RawEvent => ({
  involvedObject: { kind: 'Pod', name: 'x' },
  metadata: { creationTimestamp: '2026-11-21T02:00:00Z' },
  reason,
  ...times,
});

test('newest last: by the series, then lastTimestamp, then eventTime, then the writing', () => {
  const events = [
    event('series', {
      series: { count: 9, lastObservedTime: '2026-11-21T02:40:00.500000Z' },
      lastTimestamp: '2026-11-21T02:01:00Z',
    }),
    event('last', { lastTimestamp: '2026-11-21T02:30:00Z', eventTime: '2026-11-21T02:59:00.000000Z' }),
    event('event-time', { lastTimestamp: undefined, eventTime: '2026-11-21T02:40:00.400000Z' }),
    event('written', {}),
  ];
  expect(orderEvents(events.map(summariseEvent)).map((e) => [e.reason, e.at])).toEqual([
    ['written', '2026-11-21T02:00:00.000Z'],
    ['last', '2026-11-21T02:30:00.000Z'],
    ['event-time', '2026-11-21T02:40:00.400Z'],
    ['series', '2026-11-21T02:40:00.500Z'],
  ]);
});

test('a series says how often; a message is one line', () => {
  const seen = summariseEvent(event('BackOff', { count: 1, series: { count: 9 }, message: 'a\nb\u0007' }));
  expect([seen.count, seen.message]).toEqual([9, 'a b']);
});
