import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { encodeReason, encodeWord } from '../../../../activities/hosts/program/operation.ts';

test('operation ids of any text become words of the alphabet that the host takes, and stay different', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'grapheme', minLength: 1 }).filter((s) => s.isWellFormed()),
      (text) => {
        const word = encodeWord(text);
        expect(word).toMatch(/^[A-Za-z0-9._:/%-]+$/);
        expect(decodeURIComponent(word)).toBe(text);
      },
    ),
  );
});

test('an operation id stays readable', () => {
  expect(encodeWord('lab/pods-crash:payments/3/change-0')).toBe('lab/pods-crash:payments/3/change-0');
});

test('a reason is shortened without cutting a letter in half', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'grapheme' }).filter((s) => s.slice(0, 200).trim().isWellFormed()),
      (text) => {
        const word = encodeReason(text);
        expect(word).toMatch(/^[A-Za-z0-9._:/%+-]{1,400}$/);
        expect(() => decodeURIComponent(word.replaceAll(/(%[0-9A-F]{2})+$/g, ''))).not.toThrow();
      },
    ),
  );
  expect(encodeReason('Raise the limit')).toBe('Raise+the+limit');
  expect(encodeReason('  ')).toBe('-');
  expect(encodeReason('ü'.repeat(200)).length).toBeLessThanOrEqual(400);
});
