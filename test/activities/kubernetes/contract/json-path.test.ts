import { expect, test } from '@jest/globals';
import { jsonPath } from '../../../../activities/kubernetes/contract/json-path.ts';

/** Expressions, with what they find; the lab's tests ask kubectl the same. */
const OBJECT = {
  metadata: { name: 'a', labels: { 'example.com/tier': 'db' } },
  status: {
    phase: 'Running',
    conditions: [
      { type: 'Ready', status: 'True', weight: 2 },
      { type: 'Synced', status: 'False', weight: 5 },
    ],
  },
};
const ROWS: readonly [string, unknown[]][] = [
  ['{.status.phase}', ['Running']],
  ['.status.phase', ['Running']],
  ['status.phase', ['Running']],
  ['{$.status.phase}', ['Running']],
  [String.raw`{.metadata.labels.example\.com/tier}`, ['db']],
  [`{.metadata.labels['example\\.com/tier']}`, ['db']],
  ['{.status.conditions[0].type}', ['Ready']],
  ['{.status.conditions[-1].type}', ['Synced']],
  ['{.status.conditions[0:1].type}', ['Ready']],
  ['{.status.conditions[*].type}', ['Ready', 'Synced']],
  ['{.status.conditions[?(@.type=="Synced")].status}', ['False']],
  [`{.status.conditions[?(@.type=='Ready')].status}`, ['True']],
  ['{.status.conditions[?(@.weight>2)].type}', ['Synced']],
  ['{.status.conditions[?(@.type!="Ready")].type}', ['Synced']],
  ['{.status.conditions[?(@.reason)].type}', []],
  ['{..type}', ['Ready', 'Synced']],
  ['{.status.missing.deeper}', []],
  ['{.status.constructor}', []],
  ['{.__proto__}', []],
];

test('finds what kubectl finds', () => {
  for (const [expression, found] of ROWS)
    expect([expression, jsonPath(expression)(OBJECT)]).toEqual([expression, found]);
});

test('refuses what it does not understand, and runs none of it', () => {
  for (const wrong of [
    '{.a',
    '{range .items[*]}{.a}{end}',
    '[?(@.a==process.exit())]',
    '.a[',
    '.a..',
    '[?(@.a=="x"||1)]',
  ]) {
    expect([wrong, () => jsonPath(wrong)][1]).toThrow(SyntaxError);
  }
});
