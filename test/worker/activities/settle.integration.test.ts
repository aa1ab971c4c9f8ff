/** What is said of an attempt without a result, of the real ledger; runs of earlier versions do not say when they asked. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { asyncLocalStorage, type Context } from '@temporalio/activity';
import type { IntentRequest, Ledger } from '../../../ledger/api.ts';
import type { ActivityDependencies } from '../../../worker/activities/dependencies.ts';
import { settleActivity } from '../../../worker/activities/settle.ts';
import type { SettleRequest } from '../../../workflows/engine-activities.ts';
import { anIntent, aRun, createDeployment, type TestDeployment } from '../../ledger/deployment.ts';

let deployment: TestDeployment;
let ledger: Ledger;
beforeAll(async () => {
  deployment = await createDeployment();
  ledger = await deployment.open();
});
afterAll(() => deployment.end());

const settle = ({ workflowId, plan, position, requestedAt }: IntentRequest) =>
  asyncLocalStorage.run({ info: { workflowExecution: { workflowId } } } as Context, () =>
    settleActivity({ ledger } as ActivityDependencies)({
      ...{ plan: { ordinal: plan }, position, mode: 'open' },
      ...(requestedAt === undefined ? {} : { requestedAt }),
    } as SettleRequest),
  );

test('nothing was begun: the request is withdrawn', async () => {
  const asked = anIntent(await aRun(ledger));
  expect(await settle(asked)).toEqual({ state: 'not-begun' });
  expect(await ledger.beginIntent(asked)).toMatchObject({ state: 'refused', why: 'superseded' });
});

test('a run that does not say when it asked hears the same, and goes on', async () => {
  const asked = { ...anIntent(await aRun(ledger)), requestedAt: undefined };
  expect(await settle(asked)).toEqual({ state: 'not-begun' });
  const begun = await ledger.beginIntent(asked);
  if (begun.state !== 'begun') throw new Error(begun.state);
  const result = { outcome: 'failed', settledBy: 'apply' } as const;
  await ledger.finishIntent({ ...asked, token: begun.token, result });
  expect(await settle(asked)).toEqual({ state: 'not-applied' });
  expect(await ledger.beginIntent(asked)).toMatchObject({ state: 'begun', attempt: 2 });
});
