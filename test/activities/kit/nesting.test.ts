import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { z } from 'zod';
import {
  canonicalJson,
  change,
  defineSteps,
  hashOf,
  isNestedTooDeep,
  isTextNestedTooDeep,
  MAX_NESTING,
  parseJson,
} from '../../../activities/kit/index.ts';

const lists = (levels: number): string => '['.repeat(levels) + ']'.repeat(levels);
const objects = (levels: number): string => '{"a":'.repeat(levels - 1) + '{}' + '}'.repeat(levels - 1);

/** How deep a value is, counted the long way round. */
const depthOf = (value: unknown): number =>
  typeof value === 'object' && value !== null
    ? 1 + Math.max(0, ...Object.values(value).map((field) => depthOf(field)))
    : 0;

test('a text is as deep as the value that it says, whatever brackets its strings hold', () => {
  const value = fc.letrec((tie) => ({
    any: fc.oneof(
      { depthSize: 'xlarge', withCrossShrink: true },
      fc.string({ unit: fc.constantFrom('[', '{', '"', '\\', ']', 'a') }),
      fc.array(tie('any'), { maxLength: 3 }),
      fc.dictionary(fc.string({ unit: fc.constantFrom('[', '"', '}') }), tie('any'), { maxKeys: 3 }),
    ),
  })).any;
  fc.assert(
    fc.property(value, fc.integer({ min: MAX_NESTING - 6, max: MAX_NESTING }), (inner, around) => {
      const text = '['.repeat(around) + JSON.stringify(inner) + ']'.repeat(around);
      const tooDeep = depthOf(inner) + around > MAX_NESTING;
      expect(isTextNestedTooDeep(text)).toBe(tooDeep);
      expect(isNestedTooDeep(JSON.parse(text))).toBe(tooDeep);
    }),
  );
});

test('JSON is refused by the number of its levels, before anything walks it', () => {
  for (const bomb of [lists, objects]) {
    expect(depthOf(parseJson(bomb(MAX_NESTING)))).toBe(MAX_NESTING);
    expect(() => parseJson(bomb(MAX_NESTING + 1))).toThrow('nested deeper than 200 levels');
    expect(() => parseJson(bomb(1_000_000))).toThrow('nested deeper than 200 levels');
  }
  expect(() => parseJson('['.repeat(1_000_000))).toThrow('nested deeper than 200 levels');
  expect(() => parseJson('{"a": "')).toThrow(SyntaxError);
});

test('a hash says that its value is too deep, instead of running out of stack; what wraps a value still has one', () => {
  expect(hashOf({ plan: [{ input: JSON.parse(lists(MAX_NESTING)) as unknown }] })).toMatch(/^[0-9a-f]{64}$/);
  for (const levels of [1_000, 3_000, 100_000])
    expect(() => canonicalJson(JSON.parse(lists(levels)))).toThrow('nested deeper than 400 levels');
  const ring: unknown[] = [];
  ring.push(ring);
  expect(() => canonicalJson(ring)).toThrow('nested deeper than 400 levels');
});

test('a step refuses an input that is too deep, and names the field', () => {
  const { put } = defineSteps('shop', {
    put: change({
      ...{ description: 'Puts.', risk: 'notify', preconditions: z.object({}), preimage: z.object({}) },
      ...{ input: z.object({ title: z.string(), facts: z.json() }), output: z.object({}) },
      ...{ target: () => 'shop', summary: () => 'Put' },
    }),
  });
  expect(put({ title: 'a', facts: JSON.parse(lists(MAX_NESTING - 1)) as never }).target).toBe('shop');
  expect(() => put({ title: 'a', facts: JSON.parse(lists(3_000)) as never })).toThrow(
    'shop.put: facts: is nested deeper than 200 levels',
  );
});
