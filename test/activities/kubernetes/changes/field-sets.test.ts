import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  both,
  fieldName,
  fieldsOf,
  fieldsV1Of,
  innermost,
  together,
  without,
} from '../../../../activities/kubernetes/changes/field-sets.ts';

const APP = 'k:{"name":"app"}';
const CONTAINER = ['f:spec', 'f:template', 'f:spec', 'f:containers', APP];
const FIELDS_V1 = {
  'f:metadata': { 'f:annotations': { '.': {}, 'f:a.example/b': {} }, 'f:finalizers': { 'v:"x/y"': {} } },
  'f:spec': {
    'f:template': {
      'f:spec': {
        'f:containers': {
          [APP]: { '.': {}, 'f:image': {}, 'f:name': {}, 'f:resources': { 'f:limits': { 'f:memory': {} } } },
        },
      },
    },
  },
};

test('a set is the ways to its members, and these make the same set again', () => {
  const fields = fieldsOf(FIELDS_V1);
  expect(fields).toContainEqual(CONTAINER);
  expect(fields).toContainEqual([...CONTAINER, 'f:resources', 'f:limits', 'f:memory']);
  expect(fields).not.toContainEqual(['f:spec']);
  expect(fieldsV1Of(fields)).toEqual(FIELDS_V1);
  expect(fieldsOf(undefined)).toEqual([]);
});

test('any set of ways survives the way there and back', () => {
  const path = fc.array(fc.constantFrom('f:a', 'f:b', 'k:{"name":"."}', 'v:1'), {
    minLength: 1,
    maxLength: 4,
  });
  fc.assert(
    fc.property(fc.uniqueArray(path, { selector: (p) => JSON.stringify(p) }), (paths) => {
      const again = fieldsOf(fieldsV1Of(paths));
      expect(new Set(again.map(String))).toEqual(new Set(paths.map(String)));
    }),
  );
});

test('difference, intersection and union', () => {
  const [a, b, c] = [['f:a'], ['f:b'], ['f:a', 'f:c']];
  expect(without([a, b, c], [a])).toEqual([b, c]);
  expect(both([a, b], [b, c])).toEqual([b]);
  expect(together([a], [a, c])).toEqual([a, c]);
  expect(innermost([a, b, c])).toEqual([b, c]);
});

test('names are those of a diff', () => {
  const rows: [string[], string][] = [
    [[...CONTAINER, 'f:image'], 'spec.template.spec.containers[name=app].image'],
    [['f:metadata', 'f:annotations', 'f:a.example/b'], 'metadata.annotations["a.example/b"]'],
    [['f:spec', 'f:ports', 'k:{"port":80,"protocol":"TCP"}'], 'spec.ports[port=80,protocol=TCP]'],
    [['f:metadata', 'f:finalizers', 'v:"x/y"'], 'metadata.finalizers["x/y"]'],
  ];
  for (const [path, name] of rows) expect(fieldName(path)).toBe(name);
});
