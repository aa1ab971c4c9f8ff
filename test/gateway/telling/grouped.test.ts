import { expect, test } from '@jest/globals';
import { grouped } from '../../../gateway/telling/grouped.ts';
import type { MessageRow } from '../../../ledger/telling.ts';

const rows = (count: number, row: (n: number) => Pick<MessageRow, 'workflowId' | 'kind'>): MessageRow[] =>
  Array.from({ length: count }, (_, n) => ({
    ...{ id: `m${n}`, channel: 'chat', message: {}, createdAt: '2026-11-21T02:50:00Z', attempts: 1 },
    ...row(n),
  }));
const sizes = (due: MessageRow[]) => grouped(due).map((group) => group.length);

test('what is asked of a few runs is told one by one, also where a run asks much', () => {
  expect(sizes(rows(9, (n) => ({ workflowId: `r${n}`, kind: 'question' })))).toEqual(Array(9).fill(1));
  expect(sizes(rows(12, () => ({ workflowId: 'r', kind: 'question' })))).toEqual(Array(12).fill(1));
});

test('what can wait is gathered by run', () => {
  expect(sizes(rows(8, (n) => ({ workflowId: n < 5 ? 'many' : `r${n}`, kind: 'end' })))).toEqual([
    5, 1, 1, 1,
  ]);
});

test('a storm of runs is a list; lists have an end, and nothing is left out', () => {
  const storm = [
    ...rows(20, (n) => ({ workflowId: `r${n}`, kind: 'end' })),
    ...rows(95, (n) => ({ workflowId: `r${n}`, kind: 'question' })),
  ];
  expect(sizes(storm)).toEqual([40, 40, 15, 20]);
  expect(grouped(storm)[0]?.[0].kind).toBe('question');
});

test('a list ends where channels take no more of it', () => {
  const message = {
    ...{ event: 'end', deployment: 'test', run: 'r', title: 'completed', asks: [], commands: [] },
    ...{ lines: ['x'.repeat(600), 'x'.repeat(600)], at: '2026-11-21T02:50:00Z' },
  };
  const ends = rows(30, () => ({ workflowId: 'r', kind: 'end' })).map((row) => ({ ...row, message }));
  expect(sizes(ends)).toEqual([12, 12, 6]);
});

test('what goes by itself is in no list, and the urgent is still first', () => {
  const storm = [
    ...rows(12, (n) => ({ workflowId: `r${n}`, kind: 'end' })),
    ...rows(12, (n) => ({ workflowId: `r${n}`, kind: 'question' })),
  ];
  const groups = grouped(storm, ({ id }) => id === 'm0');
  expect(groups.map((group) => group.length)).toEqual([1, 11, 1, 11]);
  expect(groups[0]?.[0].kind).toBe('question');
});

test('nothing due is nothing to tell', () => expect(grouped([])).toEqual([]));
