import { expect, test } from '@jest/globals';
import { whatItsOwn } from '../../workflows/what-its-own.ts';

const cordon = (cordonedBy: string | null) => ({ uid: 'u', unschedulable: true, cordonedBy });

test("of a cordon a run's way back is told only where it is the run's own", () => {
  const own = cordon('deployment.id/run-1/0/change-0');
  expect(whatItsOwn(own, 'run-1')).toEqual(own);
  expect(whatItsOwn(cordon(null), 'run-1')).toEqual(cordon(null));
  for (const other of ['deployment.id/run-2/0/change-0', 'deployment.id/run-11/0/change-0', 'run-1'])
    expect(whatItsOwn(cordon(other), 'run-1')).toEqual(cordon(null));
});

test('what says nothing of a cordon is handed on whole', () => {
  for (const foreseen of [{ uid: 'u', template: 't', handBack: [] }, null, 'text'])
    expect(whatItsOwn(foreseen, 'run-1')).toEqual(foreseen);
});
