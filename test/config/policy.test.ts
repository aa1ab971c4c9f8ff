import { expect, test } from '@jest/globals';
import { RISKS, type Risk } from '../../activities/kit/index.ts';
import { policyDecision, type Policy, type PolicyDecision } from '../../config/index.ts';

const person = { kind: 'person', source: 'cli', authenticated: true, person: 'ana' } as const;
const unsigned = { kind: 'alert', source: 'alertmanager', authenticated: false } as const;
const decide = (risk: Risk, trigger: typeof person | typeof unsigned, policy?: Policy, steps = ['a.b']) =>
  policyDecision({ runbook: 'r', plan: { risk, steps }, trigger, policy });

const table: [Risk, PolicyDecision, PolicyDecision][] = [
  ['notify', { grant: 'default: notify needs nobody' }, { grant: 'default: notify needs nobody' }],
  ['diagnostic', { grant: 'default: diagnostic needs nobody' }, { people: 1 }],
  ['reversible', { people: 1 }, { people: 1 }],
  ['disruptive', { people: 1 }, { people: 1 }],
  ['irreversible', { people: 2 }, { people: 2 }],
];
test.each(table)('by default, %s: signed %j, unsigned %j', (risk, signedRun, unsignedRun) => {
  expect(decide(risk, person)).toEqual(signedRun);
  expect(decide(risk, unsigned)).toEqual(unsignedRun);
});

const restarts: Policy = [
  { rule: 'restarts', when: { steps: ['hosts.restartService'], riskUpTo: 'disruptive' }, then: 'grant' },
  { rule: 'careful', when: { runbooks: ['r'], riskUpTo: 'disruptive' }, then: { people: 3 } },
];
test('the first rule that fits decides, by every step of the plan', () => {
  expect(decide('disruptive', person, restarts, ['hosts.restartService'])).toEqual({ grant: 'restarts' });
  expect(decide('disruptive', person, restarts, ['hosts.restartService', 'x.y'])).toEqual({ people: 3 });
  expect(decide('disruptive', person, restarts, [])).toEqual({ people: 3 });
  expect(decide('irreversible', person, restarts, ['hosts.restartService'])).toEqual({ people: 2 });
});

test('no policy grants an unauthenticated run more than notify; it needs what the default says', () => {
  const everything: Policy = () => ({ grant: 'everything' });
  for (const [risk, , byDefault] of table) {
    expect(decide(risk, person, everything)).toEqual({ grant: 'everything' });
    expect(decide(risk, unsigned, everything)).toEqual(
      risk === 'notify' ? { grant: 'everything' } : byDefault,
    );
  }
});

test('for an unauthenticated run, rules that grant are passed over: the next that fits counts', () => {
  expect(decide('disruptive', unsigned, restarts, ['hosts.restartService'])).toEqual({ people: 3 });
  expect(decide('disruptive', unsigned, restarts.slice(0, 1), ['hosts.restartService'])).toEqual({
    people: 1,
  });
  expect(decide('irreversible', unsigned, restarts)).toEqual({ people: 2 });
});

test('an unauthenticated run never needs less than the same run if it were authenticated', () => {
  const strict = { people: 3, of: { dba: 2 } };
  const ifUnsigned =
    (answer: PolicyDecision | undefined): Policy =>
    ({ trigger }) =>
      trigger.authenticated ? strict : answer;
  for (const risk of RISKS)
    for (const answer of [{ grant: 'unsigned is fine' }, undefined, { people: 1 }])
      expect(decide(risk, unsigned, ifUnsigned(answer))).toEqual(strict);
  const other: PolicyDecision = {
    ...{ people: 2, of: { dba: 1, oncall: 2 }, except: ['requester'], because: 'nobody signed' },
  };
  expect(decide('disruptive', unsigned, ifUnsigned(other))).toEqual({
    ...other,
    ...{ people: 4, of: { dba: 2, oncall: 2 } },
  });
  const onlyUnsigned: Policy = ({ trigger }) => (trigger.authenticated ? { grant: 'signed' } : { people: 4 });
  expect(decide('disruptive', unsigned, onlyUnsigned)).toEqual({ people: 4 });
  expect(decide('disruptive', person, onlyUnsigned)).toEqual({ grant: 'signed' });
});

test('a policy function that returns nothing leaves it to the default', () => {
  expect(decide('irreversible', person, () => undefined)).toEqual({ people: 2 });
});

test('a policy function that returns nonsense grants nothing', () => {
  const broken = (() => true) as unknown as Policy;
  expect(() => decide('notify', person, broken)).toThrow('must return { grant: "rule" }');
});
