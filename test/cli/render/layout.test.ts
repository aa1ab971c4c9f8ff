import { expect, test } from '@jest/globals';
import { columns, ends, fit, wrap } from '../../../cli/render/layout.ts';
import { renderTable } from '../../../cli/render/table.ts';
import { screenOf } from './samples.ts';

test('columns count what the terminal shows', () => {
  expect(columns('\u001b[1mab\u001b[22m')).toBe(2);
  expect(columns('世界')).toBe(4);
  expect(columns('e\u0301')).toBe(1);
});

test('text breaks at blanks and hangs below its beginning', () => {
  expect(wrap('one two three', { width: 9, first: '- ' })).toEqual(['- one two', '  three']);
});

test('a long word stays whole', () => {
  expect(wrap('see payments/payment-service-7d9f now', { width: 12 })).toEqual([
    'see',
    'payments/payment-service-7d9f',
    'now',
  ]);
});

test('indentation of a line stays', () => {
  expect(wrap('a:\n  b', { width: 20, first: '> ' })).toEqual(['> a:', '    b']);
});

test('fit cuts with an ellipsis, ends moves to a second line', () => {
  expect(fit('abcdef', 4)).toBe('abc…');
  expect(ends('left', 'right', 20)).toEqual(['left           right']);
  expect(ends('left side', 'right', 12)).toEqual(['left side', 'right']);
});

test('a table that does not fit becomes blocks', () => {
  const rows = [
    { id: 'pods-crash/1', title: 'Pods crash on one node and nowhere else' },
    { id: 'b/2', title: 'B' },
  ];
  const table = [
    { head: 'RUN', of: (r: (typeof rows)[0]) => r.id },
    { head: 'TITLE', of: (r: (typeof rows)[0]) => r.title, cuts: true },
  ];
  expect(renderTable(rows, table, screenOf(40)).join('\n')).toMatchInlineSnapshot(`
   "RUN           TITLE
   pods-crash/1  Pods crash on one node an…
   b/2           B"
  `);
  expect(renderTable(rows, table, screenOf(20)).join('\n')).toMatchInlineSnapshot(`
   "RUN   pods-crash/1
   TITLE Pods crash on one node and nowhere else

   RUN   b/2
   TITLE B"
  `);
});
