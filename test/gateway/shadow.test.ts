import { expect, test } from '@jest/globals';
import { runbooksInShadow } from '../../gateway/shadow.ts';
import runbooks from './catalogue.ts';

test('the runbooks that the configuration names', () => {
  const [first] = runbooks;
  expect([...runbooksInShadow({ shadow: [first!.id] }, runbooks)]).toEqual([first!.id]);
  expect([...runbooksInShadow({ shadow: [] }, runbooks)]).toEqual([]);
});

test('a misspelt one would act: nothing is started', () => {
  expect(() => runbooksInShadow({ shadow: ['service-sik'] }, runbooks)).toThrow(
    /shadow\.0: there is no runbook "service-sik"; there are: .*service-sick/,
  );
});
