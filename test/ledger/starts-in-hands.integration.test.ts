/** A run that another one asks for at the moment at which that one is taken over, or stopped. */
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import pg from 'pg';
import type { Ledger } from '../../ledger/api.ts';
import { until } from '../setup/until.ts';
import { createDeployment, type TestDeployment } from './deployment.ts';

let deployment: TestDeployment;
let ledger: Ledger;
let starter: string;
const cy = { by: 'cy', reason: 'I do it myself' };

beforeAll(async () => {
  deployment = await createDeployment();
  ledger = await deployment.open();
});
afterAll(() => deployment.end());
beforeEach(async () => {
  starter = await requested();
});

/** A run that has begun; of this run when one is named. */
async function requested(by?: string): Promise<string> {
  const { workflowId } = await ledger.requestRun({
    runbook: 'mends',
    title: 'Mends',
    input: {},
    correlationKey: randomUUID(),
    trigger: {
      ...{ kind: by === undefined ? 'person' : 'run', source: 'test', authenticated: true },
      ...(by !== undefined && { run: by }),
    },
    dryRun: false,
    requestId: randomUUID(),
  });
  await ledger.runStarted(workflowId);
  return workflowId;
}
const handsOf = async (run: string) => (await ledger.orders(run)).hands;

test('what is asked for while its starter is being taken over is taken over with it, and given back with it', async () => {
  const first = await requested(starter);
  const session = new pg.Client({
    connectionString: deployment.options.databaseUrl,
    options: '-c search_path=nightshift_test',
  });
  await session.connect();
  const waiting = async () =>
    (
      await deployment.sql(
        `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
      )
    ).length;
  try {
    await session.query('begin');
    await session.query('select from runs where workflow_id = $1 for update', [first]);
    // It has seen which runs go with it, and waits for the first of them.
    const taking = ledger.takeOver(starter, cy);
    await until(async () => (await waiting()) === 1);
    const asking = requested(starter);
    await until(
      async () => (await waiting()) === 2,
      () => 'the second run did not wait for the taking over',
    );
    await session.query('commit');
    await taking;
    const second = await asking;
    for (const run of [starter, first, second])
      expect(await handsOf(run)).toEqual({ turn: 1, taken: true, ...cy });
    await ledger.giveBack(starter, { by: 'cy', reason: 'done' });
    for (const run of [starter, first, second])
      expect(await handsOf(run)).toMatchObject({ turn: 2, taken: false });
  } finally {
    await session.end();
  }
});

test('a taking over that waits for a run being asked for finds it', async () => {
  const [, run] = await Promise.all([ledger.takeOver(starter, cy), requested(starter)]);
  expect(await handsOf(run)).toMatchObject({ taken: true, by: 'cy' });
});

test('a run that was stopped starts no other', async () => {
  await ledger.stopRun(starter, cy);
  await expect(requested(starter)).rejects.toThrow(/was stopped by cy: it starts no other run/);
});
