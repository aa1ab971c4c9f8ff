import { expect, test } from '@jest/globals';
import { artefactsIn } from '../../workflows/artefacts-in.ts';

const kept = { name: 'heap.svg', sha256: 'a'.repeat(64), mediaType: 'image/svg+xml', bytes: 12 };

test('finds what a step says that it kept, one or several', () => {
  expect(artefactsIn({ artefact: kept })).toEqual({ artefacts: [kept] });
  expect(artefactsIn({ artefacts: [kept, { ...kept, name: 'b' }] })?.artefacts).toHaveLength(2);
});

test('takes nothing else for one', () => {
  for (const output of [undefined, null, 'text', [], {}, { artefact: undefined }, { artefacts: [] }])
    expect(artefactsIn(output)).toBeUndefined();
  expect(artefactsIn({ artefact: { ...kept, sha256: 'not a hash' } })).toBeUndefined();
  expect(artefactsIn({ artefact: { ...kept, name: '../../etc/passwd' } })).toBeUndefined();
});
