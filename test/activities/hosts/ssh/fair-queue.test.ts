import { expect, test } from '@jest/globals';
import { FairQueue } from '../../../../activities/hosts/ssh/fair-queue.ts';

const all = (queue: FairQueue<string>) => queue.takeMany(Infinity);

test('callers take turns, and each caller keeps its own order', () => {
  const queue = new FairQueue<string>();
  for (const entry of ['a1', 'a2', 'a3', 'b1', 'c1', 'c2']) queue.add(entry[0]!, entry);
  expect(queue.length).toBe(6);
  expect(all(queue)).toEqual(['a1', 'b1', 'c1', 'a2', 'c2', 'a3']);
  expect([queue.length, queue.take()]).toEqual([0, undefined]);
});

test('who comes while many of another wait is next but one', () => {
  const queue = new FairQueue<string>();
  for (let n = 0; n < 50; n++) queue.add('a', `a${n}`);
  expect(queue.take()).toBe('a0');
  queue.add('b', 'b0');
  expect(queue.takeMany(3)).toEqual(['a1', 'b0', 'a2']);
});

test('who gave up is not served, and counts no more', () => {
  const queue = new FairQueue<string>();
  for (const entry of ['a1', 'b1', 'b2']) queue.add(entry[0]!, entry);
  queue.remove('b', 'b1');
  queue.remove('b', 'nobody');
  queue.remove('c', 'nobody');
  expect(queue.length).toBe(2);
  expect(all(queue)).toEqual(['a1', 'b2']);
});
