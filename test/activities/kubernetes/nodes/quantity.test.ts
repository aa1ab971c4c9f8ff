import { expect, test } from '@jest/globals';
import fc from 'fast-check';
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

test('one amount is one number, however it is written', () => {
  fc.assert(
    fc.property(fc.nat(10_000_000), (n) => {
      const thousandths = `${Math.floor(n / 1000)}.${String(n % 1000).padStart(3, '0')}`;
      expect(quantity(`${n}m`)).toBe(quantity(thousandths));
      expect(quantity(`${n}000u`)).toBe(quantity(`${n}m`));
      expect(quantity(`${n}k`)).toBe(quantity(`${n}e3`));
      expect(quantity(`${n}Ki`)).toBe(n * 1024);
      expect(quantity(`-${n}M`)).toBe(-quantity(`${n}000k`));
      expect(quantity(`${n}m`)).toBeLessThan(quantity(`${n + 1}m`));
    }),
  );
});
