import { expect, test } from '@jest/globals';
import { busyPods, hotFunction, whyUnmeasured } from '../../../runbooks/analysis/hot-loop.ts';
import { pod } from '../pod.ts';
import { pythonProfile, usageOf } from '../python-profile.ts';

test('the hot function is the last of the program’s own that most of the time goes through', () => {
  expect(hotFunction(pythonProfile())).toMatchObject({ function: 'find_duplicates', at: '/srv/orders.py:8' });
  const [own] = pythonProfile().ownCode;
  expect(hotFunction({ hotPath: [], ownCode: [own!], top: [] })).toBe(own);
  const main = { function: '<module>', at: 'a.py:1', share: 1, own: true };
  expect(hotFunction({ hotPath: [main], ownCode: [], top: [] })).toBeUndefined();
});

test('pods that use half of what the busiest does are busy too; a tenth of a core is the least', () => {
  const [a, b, c] = [pod('a'), pod('b'), pod('c')];
  const of = (...millis: (number | null)[]) =>
    busyPods([a, b, c], usageOf([a, b, c].map((p, i) => [p, millis[i] ?? null])).pods);
  expect(of(990, 500, 400)).toEqual({
    busy: [
      { pod: a, millis: 990 },
      { pod: b, millis: 500 },
    ],
    calm: [c],
  });
  expect(of(20, 30, 10)).toEqual({ busy: [], calm: [b, a, c] });
});

test('one that nobody measured: which are busy is not known', () => {
  const [a, b] = [pod('a'), pod('b')];
  expect(busyPods([a, b], usageOf([[a, 990]]).pods)).toBeUndefined();
  expect(busyPods([a], usageOf([[a, null]]).pods)).toBeUndefined();
  expect(busyPods([], [])).toBeUndefined();
});

test('why it is not known: what is said of its own pods, and not of others; else which are not measured', () => {
  const [a, b, other] = [pod('a'), pod('b'), pod('other')];
  const { pods } = usageOf([
    [a, 990],
    [b, null],
    [other, null],
  ]);
  const why = (...unknown: string[]) => whyUnmeasured([a, b], { pods, unknown });
  expect(why('b: it is new', 'other: it is Succeeded', 'the kubelet of n1 is silent')).toBe(
    'b: it is new; the kubelet of n1 is silent',
  );
  expect(why('other: it is Succeeded')).toBe('the CPU of b is not measured yet');
  expect(whyUnmeasured([], { pods, unknown: [] })).toBe('no pod runs');
});
