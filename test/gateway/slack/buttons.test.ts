import { expect, test } from '@jest/globals';
import { answersByClick } from '../../../gateway/slack/buttons.ts';

const plan = { kind: 'approve', risk: 'reversible', options: ['approve', 'reject', 'more-time'] } as const;

test('a yes up to the risk that the channel allows, a no always', () => {
  expect(answersByClick(plan, undefined)).toEqual(['reject']);
  expect(answersByClick(plan, 'diagnostic')).toEqual(['reject']);
  expect(answersByClick(plan, 'reversible')).toEqual(['approve', 'reject']);
  expect(answersByClick(plan, 'disruptive')).toEqual(['approve', 'reject']);
  expect(answersByClick({ ...plan, risk: 'irreversible' }, 'disruptive')).toEqual(['reject']);
  expect(answersByClick({ ...plan, risk: undefined }, 'disruptive')).toEqual(['reject']);
});

test('a hold is answered elsewhere, but for a no; a reminder anyhow', () => {
  const options = ['retry', 'skip', 'abort'];
  expect(answersByClick({ kind: 'hold', options }, 'disruptive')).toEqual(['abort']);
  const asked = ['close', 'postpone', 'reopen'];
  expect(answersByClick({ kind: 'reminder', options: asked }, undefined)).toEqual(asked);
});
