import { expect, test } from '@jest/globals';
import { quantity } from '../../../../activities/kubernetes/nodes/quantity.ts';

test.each([
  ['100m', 0.1],
  ['2', 2],
  ['1.5', 1.5],
  ['64Mi', 64 * 1024 * 1024],
  ['1G', 1e9],
  ['1e3', 1000],
  ['12E', 12e18],
  ['500u', 0.0005],
  ['0', 0],
])('%s', (text, value) => {
  expect(quantity(text)).toBeCloseTo(value, 9);
});

test.each(['', 'abc', '1 Mi', '1mi', '--1'])('%j is none', (text) => {
  expect(quantity(text)).toBeNaN();
});
