/** The last place in a disruption budget is given once. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Ledger } from '../../ledger/api.ts';
import { anIntent, aRun, createDeployment, fresh, type TestDeployment } from './deployment.ts';

let deployment: TestDeployment;
let ledger: Ledger;
beforeAll(async () => {
  deployment = await createDeployment();
  ledger = await deployment.open();
}, 60_000);
afterAll(() => deployment.end());

test('one change at a time, and only upon facts that are younger than the end of the last one', async () => {
  const [mine, theirs] = [anIntent(await aRun(ledger)), anIntent(await aRun(ledger))];
  const names = [fresh('workers'), fresh('zone')];
  const early = await ledger.now();
  expect(await ledger.takeBudgets({ ...mine, names, asOf: early })).toBeUndefined();
  const before = () => ledger.takeBudgets({ ...theirs, names: names.slice(1), asOf: early });
  expect(await before()).toBe(mine.workflowId);
  const begun = await ledger.beginIntent(mine);
  if (begun.state !== 'begun') throw new Error(begun.state);
  expect(await before()).toBe(mine.workflowId);
  await ledger.finishIntent({
    ...mine,
    token: begun.token,
    result: { outcome: 'applied', settledBy: 'apply' },
  });
  expect(await before()).toBe(mine.workflowId);
  const asOf = await ledger.now();
  expect(await ledger.takeBudgets({ ...theirs, names, asOf })).toBeUndefined();
});

test('whoever took a place and ended without a change does not keep it', async () => {
  const [mine, theirs] = [anIntent(await aRun(ledger)), anIntent(await aRun(ledger))];
  const names = [fresh('workers')];
  const asOf = await ledger.now();
  await ledger.takeBudgets({ ...mine, names, asOf });
  await ledger.sealRun({ workflowId: mine.workflowId, outcome: 'cancelled', result: null, journal: [] });
  expect(await ledger.takeBudgets({ ...theirs, names, asOf })).toBeUndefined();
});

test('of many that ask at once one gets it', async () => {
  const names = [fresh('a'), fresh('b')];
  const intents = await Promise.all(Array.from({ length: 12 }, async () => anIntent(await aRun(ledger))));
  const asOf = await ledger.now();
  const answers = await Promise.all(
    intents.map((intent, i) =>
      ledger.takeBudgets({ ...intent, names: i % 2 ? names : names.toReversed(), asOf }),
    ),
  );
  expect(answers.filter((holder) => holder === undefined)).toHaveLength(1);
});
