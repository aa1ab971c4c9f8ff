import { expect, test } from '@jest/globals';
import { oncePerPlan } from '../../../../activities/kubernetes/removal/once-per-plan.ts';
import { call } from '../calls.ts';

test('the changes of one plan share a look; another plan looks anew', async () => {
  let looks = 0;
  const look = async () => ++looks;
  const [plan, other] = [call(), call()];
  expect(await Promise.all([1, 2, 3].map(() => oncePerPlan(plan, 'nodes', look)))).toEqual([1, 1, 1]);
  expect(await oncePerPlan({ earlier: plan.earlier }, 'nodes', look)).toBe(1);
  expect(await oncePerPlan(plan, 'budgets', look)).toBe(2);
  expect(await oncePerPlan(other, 'nodes', look)).toBe(3);
});

test('a look that failed is not kept', async () => {
  const plan = call();
  const failing = () => Promise.reject(new Error('away'));
  await expect(oncePerPlan(plan, 'nodes', failing)).rejects.toThrow('away');
  expect(await oncePerPlan(plan, 'nodes', async () => 'there')).toBe('there');
});
