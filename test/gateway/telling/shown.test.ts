import { expect, test } from '@jest/globals';
import { bytesOf, shown } from '../../../gateway/telling/shown.ts';
import type { Telling } from '../../../gateway/telling/telling.ts';

const telling = (change: Partial<Telling> = {}): Telling => ({
  ...{ event: 'question', deployment: 'test', run: 'sick/shop/1', title: 'Move it', lines: ['1. cordon n1'] },
  ...{ asks: [], commands: ['nightshift questions', 'nightshift approve'], at: '2026-11-21T02:50:00Z' },
  ...change,
});

test('of several runs, each is its title and its first command', () => {
  expect(shown([telling(), telling({ run: 'sick/shop/2', title: 'x'.repeat(600) })])).toEqual([
    telling({ lines: [], commands: ['nightshift questions'] }),
    telling({
      ...{ run: 'sick/shop/2', lines: [], commands: ['nightshift questions'] },
      title: `${'x'.repeat(199)}…`,
    }),
  ]);
});

test('one run, and what concerns the whole deployment, keeps its lines', () => {
  const ofOne = [telling(), telling()];
  expect(shown(ofOne)).toEqual(ofOne);
  const freeze = telling({ event: 'freeze', run: undefined, lines: ['ana: release'], commands: [] });
  expect(shown([freeze, telling()])[0]).toEqual(freeze);
});

test('the size of a list is that of what it shows', () => {
  const large = telling({ lines: ['x'.repeat(10_000)] });
  expect(bytesOf([large, large])).toBeGreaterThan(20_000);
  expect(bytesOf([large, { ...large, run: 'sick/shop/2' }])).toBeLessThan(1000);
});
