import { expect, test } from '@jest/globals';
import { mayAnswer } from '../../config/index.ts';

const people = {
  ana: { name: 'Ana', roles: ['payments-oncall'] },
  bo: { name: 'Bo', roles: ['platform-oncall'] },
  cy: { name: 'Cy', roles: [] },
};
const question = {
  from: ['payments-oncall', 'cy'],
  escalateTo: ['platform-oncall'],
  escalatesAt: '2026-11-21T02:55:00.000Z',
};
const before = '2026-11-21T02:54:59.999Z';
const after = '2026-11-21T02:55:00.000Z';

test.each([
  ['ana', before, true],
  ['cy', before, true],
  ['bo', before, false],
  ['bo', after, true],
  ['ana', after, true],
  ['eve', after, false],
  ['payments-oncall', after, false],
  ['constructor', after, false],
])('%s at %s: %s', (person, at, expected) => {
  expect(mayAnswer({ people, person, question, at: new Date(at) })).toBe(expected);
});

test('without a moment of escalation nobody else is asked', () => {
  const q = { from: ['payments-oncall'], escalateTo: ['platform-oncall'] };
  expect(mayAnswer({ people, person: 'bo', question: q, at: new Date(after) })).toBe(false);
});
