import { expect, test } from '@jest/globals';
import { higherLimit, quantityOf, recommendedLimit } from '../../../runbooks/analysis/memory-limit.ts';

const MiB = 1024 * 1024;

test('the incident of the lab: 20 MiB, 400 Services with 6 endpoints each', () => {
  const limit = recommendedLimit({
    services: 404,
    readyEndpoints: 2_410,
    peakBytes: 20 * MiB,
    limitBytes: 20 * MiB,
    killedAtLimit: true,
  });
  expect(limit.memoryMax).toBe('96M');
  expect(limit.bytes).toBe(96 * MiB);
  expect(limit.reasoning).toMatch(/404 Services with 2410 ready endpoints/);
});

test('at least twice what was seen, however few the Services', () => {
  expect(
    recommendedLimit({ services: 3, readyEndpoints: 5, peakBytes: 150 * MiB, killedAtLimit: false }).bytes,
  ).toBeGreaterThanOrEqual(300 * MiB);
});

test('killed at a limit means that more than the limit is needed, whatever the peak says', () => {
  expect(
    recommendedLimit({
      services: 3,
      readyEndpoints: 5,
      peakBytes: 5 * MiB,
      limitBytes: 64 * MiB,
      killedAtLimit: true,
    }).bytes,
  ).toBeGreaterThanOrEqual(128 * MiB);
});

test('nobody measured: the Services decide', () => {
  const limit = recommendedLimit({ services: 10_000, readyEndpoints: 100_000, killedAtLimit: false });
  expect(limit.bytes).toBeGreaterThan(1000 * MiB);
  expect(limit.reasoning).toMatch(/no peak was measured/);
});

test.each([
  ['22M', undefined, '44M'],
  ['22M', 96 * MiB, '96M'],
  ['1G', 96 * MiB, '2048M'],
  ['infinity', 96 * MiB, undefined],
])('after %s the next try is more', (tooLow, recommended, next) => {
  expect(higherLimit(tooLow, recommended)).toBe(next);
});

test('a manifest counts in 1024 with another letter', () => {
  expect(['96M', '1G', '134217728', 'infinity'].map(quantityOf)).toEqual(['96Mi', '1Gi', '134217728', null]);
});
