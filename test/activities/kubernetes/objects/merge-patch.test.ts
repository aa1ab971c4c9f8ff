import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Json } from '../../../../activities/kubernetes/contract/json-path.ts';
import {
  leavesOf,
  patchBetween,
  patchOf,
  valuesAt,
} from '../../../../activities/kubernetes/objects/merge-patch.ts';

test('a patch is its values and makes them again', () => {
  const patch = { spec: { 'a/b': { '~c': 1 }, list: [1, 2] }, metadata: { labels: { x: null } } };
  const leaves = leavesOf(patch);
  expect(leaves).toEqual({ '/spec/a~1b/~0c': 1, '/spec/list': [1, 2], '/metadata/labels/x': null });
  expect(JSON.parse(JSON.stringify(patchOf(leaves)))).toEqual(patch);
  expect(valuesAt({ spec: { 'a/b': { '~c': 7 } } }, Object.keys(leaves))).toEqual({
    '/spec/a~1b/~0c': 7,
    '/spec/list': null,
    '/metadata/labels/x': null,
  });
});

/** RFC 7386, as the API server applies it. */
function merged(target: Json, patch: Json): Json {
  if (typeof patch !== 'object' || patch === null || Array.isArray(patch)) return patch;
  const fields = typeof target === 'object' && target !== null && !Array.isArray(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete fields[key];
    else fields[key] = merged(fields[key] ?? null, value);
  }
  return fields;
}
const withoutNulls = (value: Json): Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(
        Object.entries(value).flatMap(([k, v]) => (v === null ? [] : [[k, withoutNulls(v)] as const])),
      )
    : value;

test('the patch between two objects leads from one to the other', () => {
  const key = fc.constantFrom('a', 'b', 'c/d', '~');
  const leaf = fc.oneof(fc.integer(), fc.string(), fc.boolean());
  const tree = fc.letrec((tie) => ({
    object: fc.dictionary(key, fc.oneof({ depthSize: 'small' }, leaf, fc.array(leaf), tie('object'))),
  })).object as fc.Arbitrary<Json>;
  fc.assert(
    fc.property(tree, tree, (from, to) => {
      const patch = patchBetween(from, to);
      expect(withoutNulls(patch === undefined ? from : merged(from, patch))).toEqual(withoutNulls(to));
    }),
  );
});

test('a field that is called like a prototype reaches none', () => {
  patchOf({ '/__proto__/polluted': 'yes' });
  patchBetween({}, JSON.parse('{"__proto__":{"polluted":"yes"}}') as Json);
  expect(({} as { polluted?: string }).polluted).toBeUndefined();
});
