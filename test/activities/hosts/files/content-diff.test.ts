import { expect, test } from '@jest/globals';
import { contentDiff } from '../../../../activities/hosts/files/content-diff.ts';

test('the lines that differ, without those that both begin and end with', () => {
  expect(contentDiff('/etc/x', 'a\nb\nc\n', 'a\nB\nc\n')).toEqual({
    path: '/etc/x from line 2',
    before: 'b',
    after: 'B',
  });
  expect(contentDiff('/etc/x', null, 'a\n')).toEqual({ path: '/etc/x', before: null, after: 'a\n' });
});

test('all of what is written and of what goes is shown, as much as an upload may hold', () => {
  const [before, after] = ['old line\n', 'new line\n'].map((line) => line.repeat(7_000));
  expect(contentDiff('/etc/x', before!, after!)).toMatchObject({
    before: before!.slice(0, -1),
    after: after!.slice(0, -1),
  });
});
