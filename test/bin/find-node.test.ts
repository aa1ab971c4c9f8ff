import { expect, test } from '@jest/globals';

const { isEnough } = (await import(new URL('../../bin/find-node.mjs', import.meta.url).href)) as {
  isEnough: (version: string | undefined) => boolean;
};

test.each([
  ['20.20.2', false],
  ['22.18.9', false],
  ['22.19.0', true],
  ['23.0.0', true],
  ['24.21.0', true],
  ['9.99.0', false],
  [undefined, false],
])('Node %s is enough: %s', (version, enough) => {
  expect(isEnough(version)).toBe(enough);
});
