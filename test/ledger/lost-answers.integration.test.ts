import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import type { Ledger } from '../../ledger/api.ts';
import { LedgerUnavailable } from '../../ledger/errors.ts';
import { aMatch, anAlert, anIntent, aRun, createDeployment, type TestDeployment } from './deployment.ts';
import { createTcpProxy, type TcpProxy } from './tcp-proxy.ts';

let deployment: TestDeployment;
beforeAll(async () => {
  deployment = await createDeployment();
});
afterAll(() => deployment.end());

let proxy: TcpProxy;
let ledger: Ledger;
beforeEach(async () => {
  proxy = await createTcpProxy(deployment.options.databaseUrl);
  ledger = await deployment.open({ databaseUrl: proxy.url });
});
afterEach(() => proxy.close());

const attemptsOf = (workflowId: string) =>
  deployment.sql<{ token: string; attempt: number }>('select * from attempts where workflow_id = $1', [
    workflowId,
  ]);

test.each(['before', 'after'] as const)(
  'the connection dies %s the intent was committed: it is begun once, and the caller knows',
  async (moment) => {
    const intent = anIntent(await aRun(ledger));
    const cut = proxy.cut(moment, 'begin_intent');
    const answer = await ledger.beginIntent(intent);
    await cut;
    const rows = await attemptsOf(intent.workflowId);
    expect(rows).toHaveLength(1);
    expect(answer).toMatchObject({ state: 'begun', attempt: 1, token: rows[0]!.token });
  },
);

test.each(['before', 'after'] as const)(
  'the connection dies %s the result was committed: it is recorded once, and the caller knows',
  async (moment) => {
    const intent = anIntent(await aRun(ledger));
    const begun = await ledger.beginIntent(intent);
    if (begun.state !== 'begun') throw new Error(begun.state);
    const cut = proxy.cut(moment, 'finish_attempt');
    const result = { outcome: 'applied', output: { uid: 'u1' }, settledBy: 'apply' } as const;
    expect(await ledger.finishIntent({ ...intent, token: begun.token, result })).toEqual({ adopted: [] });
    await cut;
    const entries = await deployment.sql(
      `select * from record_entries where workflow_id = $1 and kind = 'result'`,
      [intent.workflowId],
    );
    expect(entries).toHaveLength(1);
  },
);

test('the answer to an alert’s COMMIT is lost: the redelivery finds the run that was made', async () => {
  const [alert, match] = [anAlert(), aMatch()];
  const cut = proxy.cut('after', 'receive_alert');
  await expect(ledger.receiveAlert(alert, [match])).rejects.toThrow(LedgerUnavailable);
  await cut;
  const again = await ledger.receiveAlert(alert, [match]);
  expect(again).toMatchObject({
    duplicate: true,
    runs: [{ workflowId: `${match.runbook}/${match.correlationKey}/1`, effect: 'new' }],
  });
});

test('the connection dies inside the transaction: nothing of it is there, and the redelivery makes the run', async () => {
  const [alert, match] = [anAlert(), aMatch()];
  const cut = proxy.cut('before', 'receive_alert');
  await expect(ledger.receiveAlert(alert, [match])).rejects.toThrow(LedgerUnavailable);
  await cut;
  const again = await ledger.receiveAlert(alert, [match]);
  expect(again).toMatchObject({ duplicate: false, runs: [{ effect: 'new' }] });
});

test('a network that swallows everything: given up on, not waited for', async () => {
  const intent = anIntent(await aRun(ledger));
  proxy.stall();
  await expect(ledger.ping()).rejects.toThrow('the ledger (PostgreSQL) does not answer');
  await expect(ledger.beginIntent(intent)).rejects.toThrow(LedgerUnavailable);
  expect(await attemptsOf(intent.workflowId)).toEqual([]);
});
