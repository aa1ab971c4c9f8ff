import { afterEach, expect, test } from '@jest/globals';
import { Lane, type LaneOptions } from '../../gateway/lane.ts';
import { until } from '../setup/until.ts';

let lane: Lane<string, string> | undefined;
afterEach(() => lane?.stop(1000));

const create = (options: Partial<LaneOptions<string, string>>) => {
  lane = new Lane<string, string>({
    id: (item) => item,
    take: async () => [],
    deliver: async () => 'done',
    concurrency: 2,
    sweepMs: 60_000,
    onError: () => undefined,
    onWaiting: () => undefined,
    ...options,
  });
  return lane;
};
test('everything is delivered, never more at once than allowed, the oldest first', async () => {
  const pending = ['a', 'b', 'c', 'd', 'e'];
  const order: string[] = [];
  let atOnce = 0;
  let most = 0;
  create({
    take: async (limit) => pending.slice(0, limit),
    deliver: async (item) => {
      order.push(item);
      most = Math.max(most, ++atOnce);
      await new Promise((resolve) => setTimeout(resolve, 2));
      pending.splice(pending.indexOf(item), 1);
      atOnce -= 1;
      return 'done';
    },
  }).start();
  await until(() => pending.length === 0);
  expect(order).toEqual(['a', 'b', 'c', 'd', 'e']);
  expect(most).toBe(2);
});

test('one that always fails is tried again and again, and blocks nobody', async () => {
  const pending = ['bad', 'worse', 'awful', 'good'];
  const tries: string[] = [];
  create({
    take: async (limit) => pending.slice(0, limit),
    deliver: async (item) => {
      tries.push(item);
      if (item === 'awful') throw new Error('no');
      if (item !== 'good') return 'later';
      pending.pop();
      return 'done';
    },
  }).start();
  await until(() => !pending.includes('good'));
  await until(() => ['bad', 'worse', 'awful'].every((item) => tries.filter((t) => t === item).length >= 2));
  expect(tries.filter((t) => t === 'good')).toHaveLength(1);
});

test('a ledger that is away is asked again', async () => {
  let asked = 0;
  const errors: unknown[] = [];
  const delivered: string[] = [];
  create({
    take: async () => {
      asked += 1;
      if (asked < 3) throw new Error('away');
      return delivered.length === 0 ? ['a'] : [];
    },
    deliver: async (item) => {
      delivered.push(item);
      return 'done';
    },
    onError: (error) => errors.push(error),
  }).start();
  await until(() => delivered.length === 1);
  expect(errors).toHaveLength(2);
});

test('push delivers at once and joins what is under way', async () => {
  const held = Promise.withResolvers<void>();
  let calls = 0;
  create({
    deliver: async () => {
      calls += 1;
      await held.promise;
      return 'done';
    },
  });
  const both = Promise.all([lane!.push('a'), lane!.push('a')]);
  held.resolve();
  expect(await both).toEqual(['done', 'done']);
  expect(calls).toBe(1);
});

test('a pushed item that fails is `later`', async () => {
  create({
    deliver: async () => {
      throw new Error('no');
    },
  });
  expect(await lane!.push('a')).toBe('later');
});
