import { expect, test } from '@jest/globals';
import { changedLines } from '../../../../activities/kubernetes/configuration/changed-lines.ts';

test.each<[string, string | null, string | null, object]>([
  ['a value', '3', 'three', { path: 'data["k"]', before: '3', after: 'three' }],
  ['a new key', null, 'a\nb\n', { path: 'data["k"]', before: null, after: 'a\nb\n' }],
  [
    'one line of a file',
    'a\nb\nc\n',
    'a\nB\nc\n',
    { path: 'data["k"] from line 2', before: 'b', after: 'B' },
  ],
  ['an inserted line', 'a\nc\n', 'a\nb\nc\n', { path: 'data["k"] from line 2', before: '', after: 'b' }],
  ['lines at the end', 'a\nb', 'a', { path: 'data["k"] from line 2', before: 'b', after: '' }],
  ['a repeated line', 'a\na\n', 'a\na\na\n', { path: 'data["k"] from line 3', before: '', after: 'a' }],
])('%s', (_, before, after, entry) => {
  expect(changedLines('k', before, after)).toEqual(entry);
});
