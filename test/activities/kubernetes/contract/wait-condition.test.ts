import { expect, test } from '@jest/globals';
import { judgeWait, parseWait } from '../../../../activities/kubernetes/contract/wait-condition.ts';

const judge = (object: unknown, text: string) =>
  judgeWait(object, { called: 'things/x', wanted: parseWait(text) });
const object = (status: object, generation = 2) => ({ metadata: { generation }, status });
const ready = { conditions: [{ type: 'Ready', status: 'True', reason: 'AllUp' }] };

test('a condition is met by name and status, whatever their case', () => {
  expect(judge(object(ready), 'condition=ready')).toEqual({
    verdict: 'pass',
    reason: 'things/x: Ready is True (AllUp)',
  });
  expect(judge(object(ready), 'condition=Ready=false').verdict).toBe('fail');
  expect(
    judge(object({ conditions: [{ type: 'Ready', status: 'Unknown' }] }), 'condition=Ready').verdict,
  ).toBe('unknown');
  expect(judge(object({}), 'condition=Ready')).toEqual({
    verdict: 'unknown',
    reason: 'things/x has no condition Ready; it has none',
  });
  expect(judge(undefined, 'condition=Ready').verdict).toBe('unknown');
});

test('a status of an older generation says nothing, its own or its condition’s', () => {
  expect(judge(object({ ...ready, observedGeneration: 1 }), 'condition=Ready')).toEqual({
    verdict: 'unknown',
    reason: 'things/x says Ready of generation 1, and was changed to generation 2 since',
  });
  const stale = {
    conditions: [{ type: 'Ready', status: 'True', observedGeneration: 1 }],
    observedGeneration: 2,
  };
  expect(judge(object(stale), 'condition=Ready').verdict).toBe('unknown');
  expect(judge(object({ ...ready, observedGeneration: 2 }), 'condition=Ready').verdict).toBe('pass');
});

test('a value by JSONPath: there, equal, missing, or no plain value', () => {
  const thing = object({ phase: 'Running', list: [1, 2], n: 3 });
  expect(judge(thing, 'jsonpath={.status.phase}').verdict).toBe('pass');
  expect(judge(thing, 'jsonpath={.status.phase}=Running').verdict).toBe('pass');
  expect(judge(thing, "jsonpath='{.status.phase}'=Running").verdict).toBe('pass');
  expect(judge(thing, 'jsonpath=.status.n=3').verdict).toBe('pass');
  expect(judge(thing, 'jsonpath={.status.phase}=Bound')).toEqual({
    verdict: 'fail',
    reason: 'things/x: {.status.phase} is Running, not Bound',
  });
  expect(judge(thing, 'jsonpath={.status.gone}=x').verdict).toBe('unknown');
  expect(() => judge(thing, 'jsonpath={.status.list}=x')).toThrow(/nested object or list/);
  expect(() => judge(thing, 'jsonpath={.status.list[*]}=1')).toThrow(/more than one value/);
  expect(judge(object(ready), 'jsonpath={.status.conditions[?(@.type=="Ready")].status}=True').verdict).toBe(
    'pass',
  );
});

test('gone and there', () => {
  expect([judge(undefined, 'delete').verdict, judge(object({}), 'delete').verdict]).toEqual(['pass', 'fail']);
  expect([judge(undefined, 'create').verdict, judge(object({}), 'create').verdict]).toEqual(['fail', 'pass']);
});

test('what kubectl does not take is refused in its words', () => {
  expect(() => parseWait('ready')).toThrow('unrecognized condition: "ready"');
  expect(() => parseWait('jsonpath={.a}=')).toThrow('jsonpath wait value cannot be empty');
});
