/** Runs in shadow are correlated with their like alone. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Ledger, TriggerMatch } from '../../ledger/api.ts';
import { aMatch, anAlert, createDeployment, type TestDeployment } from './deployment.ts';

let deployment: TestDeployment;
let ledger: Ledger;
beforeAll(async () => {
  deployment = await createDeployment();
  ledger = await deployment.open();
});
afterAll(() => deployment.end());

const fire = async (match: TriggerMatch, alert = anAlert()) =>
  (await ledger.receiveAlert(alert, [match])).runs[0]!;

test('neither kind of run swallows an alert of the other; each joins its own', async () => {
  const real = aMatch();
  const shadow = { ...real, shadow: true };
  const first = await fire(shadow);
  const second = await fire(real);
  expect([first.effect, second.effect]).toEqual(['new', 'new']);
  expect(await fire(shadow)).toEqual({ ...first, effect: 'joined' });
  expect(await fire(real)).toEqual({ ...second, effect: 'joined' });
  expect(await ledger.run(first.workflowId)).toMatchObject({ dryRun: true, shadow: true });
  expect(await ledger.run(second.workflowId)).toMatchObject({ dryRun: false, shadow: false });
});

test('it takes no place of a real run', async () => {
  const match = aMatch({ runbook: 'one-at-once', runsAtOnce: 1 });
  const shadow = await fire({ ...match, shadow: true });
  const real = await fire(match);
  expect((await ledger.runsToStart(100)).map((r) => r.workflowId)).toEqual(
    expect.arrayContaining([shadow.workflowId, real.workflowId]),
  );
});

test('it cools down after its like alone', async () => {
  const match = aMatch({ cooldownMs: 3_600_000 });
  const end = ({ workflowId }: { workflowId: string }) =>
    ledger.sealRun({ workflowId, outcome: 'completed', result: null, journal: [] });
  await end(await fire(match));
  const shadow = await fire({ ...match, shadow: true });
  expect(shadow.effect).toBe('new');
  await end(shadow);
  expect((await fire({ ...match, shadow: true })).effect).toBe('delayed');
});

test('it is told of its alert’s end and not stopped by it, whatever its runbook does', async () => {
  const alert = anAlert();
  const { workflowId } = await fire(aMatch({ runbook: 'told', shadow: true }), alert);
  await ledger.receiveAlert({ ...alert, status: 'resolved' }, []);
  expect((await ledger.orders(workflowId)).stopped).toBeUndefined();
  expect(await deployment.sql('select kind from signals where workflow_id = $1', [workflowId])).toEqual([
    { kind: 'resolved' },
  ]);
  const [only] = await ledger.shadowRuns({ runbook: 'told', limit: 10 });
  expect(only).toMatchObject({ run: { workflowId }, changes: [] });
  expect(only!.resolvedAt).toMatch(/Z$/);
});

test('no run is in shadow that may act', async () => {
  const { workflowId } = await fire(aMatch());
  await expect(
    deployment.sql('update runs set shadow = true where workflow_id = $1', [workflowId]),
  ).rejects.toThrow(/check/);
});
