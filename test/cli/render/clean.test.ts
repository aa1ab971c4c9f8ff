import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { clean, cleanLine, mapStrings, printableJson, revealed } from '../../../cli/render/clean.ts';

const ACTS = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/u;
const nasty = fc.string({ unit: 'binary' }).map((s) => `${s}\u001b]0;title\u0007\u009b2J\u202e\u200b`);

test('no text can act on the terminal', () => {
  fc.assert(fc.property(nasty, (text) => !ACTS.test(clean(text)) && !ACTS.test(revealed(text))));
});

test('JSON stays the same value', () => {
  fc.assert(
    fc.property(nasty, (text) => {
      const json = printableJson({ [text]: [text] });
      expect(ACTS.test(json)).toBe(false);
      expect(JSON.parse(json)).toEqual({ [text]: [text] });
    }),
  );
});

test('escape sequences go as a whole, lines and letters stay', () => {
  expect(clean('\u001b[31mred\u001b[0m\r\nnext\tcell')).toBe('red\nnext  cell');
  expect(cleanLine('one\n  two')).toBe('one two');
  expect(clean('Grüße, 世界, 👍')).toBe('Grüße, 世界, 👍');
});

test('what hides is revealed', () => {
  expect(revealed('admin\u200b\u202e')).toBe('admin\\u200b\\u202e');
});

test('every string of a value is changed, names of fields too', () => {
  expect(mapStrings({ a: ['b', 1, null, { c: 'd' }] }, (s) => s.toUpperCase())).toEqual({
    A: ['B', 1, null, { C: 'D' }],
  });
});

test('what is nested too deep to walk is left out, and said', () => {
  const deep = JSON.parse(`${'['.repeat(50_000)}${']'.repeat(50_000)}`) as unknown;
  for (const shown of [JSON.stringify(mapStrings(deep, (text) => text)), printableJson({ deep })])
    expect(shown).toContain('… (nested deeper than 400 levels)');
});
