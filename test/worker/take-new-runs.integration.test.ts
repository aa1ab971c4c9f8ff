import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Ledger } from '../../ledger/api.ts';
import { mayTakeNewRuns } from '../../worker/versions/take-new-runs.ts';
import { createDeployment, type TestDeployment } from '../ledger/deployment.ts';

let deployment: TestDeployment;
let ledger: Ledger;
const warnings: string[] = [];
beforeAll(async () => {
  deployment = await createDeployment();
  ledger = await deployment.open();
  for (const id of ['old', 'new']) await ledger.keepBundle({ id, code: id, contracts: {}, by: 'worker' });
});
afterAll(() => deployment.end());

const starts = (id: string) =>
  mayTakeNewRuns(ledger, { id, worker: 'host/1', warn: (message) => warnings.push(message) });

test('a restart does not undo that a person has gone back; they can take it up again', async () => {
  expect(await starts('old')).toBe(true);
  expect(await starts('new')).toBe(true);
  await ledger.versionMadeCurrent('old', { by: 'ana', reason: 'the new one pages twice' });
  expect(await starts('new')).toBe(false);
  expect(warnings).toEqual([
    expect.stringMatching(/ana has gone from it to old \(the new one pages twice\)/),
  ]);
  expect(await starts('old')).toBe(true);
  await ledger.versionMadeCurrent('new', { by: 'ana', reason: 'mended' });
  expect(await starts('new')).toBe(true);
  expect((await ledger.versionsMadeCurrent()).map(({ bundle, by }) => `${bundle} ${by}`)).toEqual([
    'old host/1',
    'new host/1',
    'old ana',
    'new ana',
  ]);
});
