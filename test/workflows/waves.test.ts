import { describe, expect, test } from '@jest/globals';
import { wavesOf } from '../../workflows/waves.ts';

const targets = (count: number) => Array.from({ length: count }, (_, i) => i);

describe('the sizes of waves', () => {
  test.each([
    ['a canary, then twice as many each time, up to the most', 10, { maxUnavailable: 4 }, [1, 2, 4, 3]],
    ['one at a time', 3, { ramp: 1, maxUnavailable: 5 }, [1, 1, 1]],
    ['a larger canary', 9, { canary: 3, maxUnavailable: 3 }, [3, 3, 3]],
    ['a canary above the most is cut to it', 4, { canary: 3, maxUnavailable: 2 }, [2, 2]],
    ['a share of all, rounded down', 10, { ramp: 10, maxUnavailable: '25%' as const }, [1, 2, 2, 2, 2, 1]],
    ['a share of few is one at least', 3, { maxUnavailable: '25%' as const }, [1, 1, 1]],
    ['a slow ramp', 8, { ramp: 1.5, maxUnavailable: 8 }, [1, 1, 2, 3, 1]],
    ['no target, no wave', 0, { maxUnavailable: 1 }, []],
  ])('%s', (_, count, options, sizes) => {
    const waves = wavesOf(targets(count), options);
    expect(waves.map((wave) => wave.length)).toEqual(sizes);
    expect(waves.flat()).toEqual(targets(count));
  });

  test.each([
    [{ canary: 0, maxUnavailable: 1 }, /^canary: 0; write/],
    [{ ramp: 0.5, maxUnavailable: 1 }, /^ramp: 0.5; write/],
    [{ maxUnavailable: 0 }, /^maxUnavailable: 0; nothing/],
    [{ maxUnavailable: '110%' as const }, /"110%" is no share/],
    [{ maxUnavailable: 1.5 }, /"1.5" is no share/],
  ])('%j makes no sense, and the message says which option', (options, message) => {
    expect(() => wavesOf(targets(3), options)).toThrow(message);
  });
});
