import { describe, expect, test } from '@jest/globals';
import { standing } from '../../config/index.ts';

const people = {
  ana: { name: 'Ana', roles: ['payments-oncall'] },
  bo: { name: 'Bo', roles: ['platform-oncall'] },
  cy: { name: 'Cy', roles: [] },
  di: { name: 'Di', roles: ['managers', 'platform-oncall'] },
};
const question = {
  from: ['payments-oncall', 'cy'],
  needs: [],
  excluded: [],
  escalation: [
    { at: '2026-11-21T02:55:00.000Z', to: ['platform-oncall'] },
    { at: '2026-11-21T03:05:00.000Z', to: ['managers'] },
  ],
};
const before = '2026-11-21T02:54:59.999Z';
const after = '2026-11-21T02:55:00.000Z';
const late = '2026-11-21T03:05:00.000Z';
const stands = (person: string, at: string, change: object = {}, answer = 'approve') =>
  standing({ people, person, answer, question: { ...question, ...change }, at: new Date(at) });

test.each([
  ['ana', before, ['payments-oncall']],
  ['cy', before, ['cy']],
  ['bo', after, ['platform-oncall']],
  ['ana', after, ['payments-oncall']],
  ['di', after, ['platform-oncall']],
  ['di', late, ['platform-oncall', 'managers']],
])('%s at %s stands for %j', (person, at, as) => {
  expect(stands(person, at)).toEqual({ ok: true, as });
});

test.each([
  ['bo', before, /bo may not answer: asked are payments-oncall, cy; platform-oncall from 2026-11-21T02:55/],
  ['eve', after, /names no such person; add them under people/],
  ['payments-oncall', after, /names no such person/],
  ['constructor', after, /names no such person/],
])('%s at %s may not answer, and is told why', (person, at, why) => {
  expect(stands(person, at)).toEqual({ ok: false, why: expect.stringMatching(why) });
});

test('without a step of escalation nobody else is asked', () => {
  expect(stands('bo', late, { escalation: [] })).toMatchObject({ ok: false });
});

test('a role of which some have to agree is asked from the beginning', () => {
  expect(stands('bo', before, { needs: [{ from: 'platform-oncall', people: 1 }] })).toMatchObject({
    ok: true,
  });
});

describe('four eyes', () => {
  const excluded = [{ person: 'ana', why: 'they asked for this run' }];
  test('whoever is excluded may not say yes', () => {
    expect(stands('ana', before, { excluded })).toEqual({
      ok: false,
      why: 'ana may not answer: they asked for this run; somebody else has to',
    });
  });
  test('they may still say no', () => {
    expect(stands('ana', before, { excluded }, 'reject')).toMatchObject({ ok: true });
  });
});
