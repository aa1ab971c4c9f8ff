import { expect, test } from '@jest/globals';
import { excludedBy } from '../../config/index.ts';

const run = { runbook: 'move', trigger: { person: 'ana' }, authors: { move: 'bo' } };
const except = (...whom: ('requester' | 'author')[]) => ({ people: 1, except: whom });

test('whoever asked and whoever wrote, each once', () => {
  expect(excludedBy(except('requester', 'author'), run).map((e) => e.person)).toEqual(['ana', 'bo']);
  expect(
    excludedBy(except('requester', 'author'), { ...run, authors: { move: 'ana' } }).map((e) => e.person),
  ).toEqual(['ana']);
});

test('a run of an alert has no requester', () => {
  expect(excludedBy(except('requester'), { ...run, trigger: {} })).toEqual([]);
});

test('an author whom nobody named is an error that says where to name them', () => {
  expect(() => excludedBy(except('author'), { ...run, authors: {} })).toThrow(/add it under runbookAuthors/);
  expect(() => excludedBy(except('author'), { ...run, runbook: 'constructor' })).toThrow(/runbookAuthors/);
});

test('a policy that excepts nobody', () => {
  expect(excludedBy({ people: 2 }, run)).toEqual([]);
  expect(excludedBy({ grant: 'rule' }, run)).toEqual([]);
});
