/** Runs in shadow: what they would have done, beside what was done until their alert resolved. */
import { expect, test } from '@jest/globals';
import type { Alert, ShadowRun, TriggerMatch } from '../../ledger/api.ts';
import { aMatch, anAlert } from '../ledger/deployment.ts';
import { until } from '../setup/until.ts';
import { engineInWorld } from './engine-in-world.ts';
import type { Run } from './harness.ts';

const { engine, world } = engineInWorld();

/** An alert of a runbook in shadow, and the run that it starts. */
async function fired(
  changes: Partial<TriggerMatch>,
): Promise<{ run: Run; alert: Alert; match: TriggerMatch }> {
  const alert = anAlert();
  const match = aMatch({ whenAlertResolves: 'finish', shadow: true, ...changes });
  await engine.ledger.receiveAlert(alert, [match]);
  const [run] = await engine.startReceived();
  return { run: run!, alert, match };
}
const looksOn = (run: Run) =>
  until(async () =>
    (await run.state()).journal.some((e) => e.name === 'the alert' && e.status === 'waiting'),
  );
async function resolved(run: Run, alert: Alert): Promise<ShadowRun> {
  await engine.ledger.receiveAlert({ ...alert, status: 'resolved' }, []);
  await engine.deliver();
  await run.end();
  await engine.ledger.seal();
  const runs = await engine.ledger.shadowRuns({ runbook: run.workflowId.split('/')[0]!, limit: 50 });
  return runs.find((r) => r.run.workflowId === run.workflowId)!;
}

test('asks nobody, waits for the alert to resolve, and tells the same from something else', async () => {
  const { run, alert } = await fired({ runbook: 'set-two-put-back', input: {} });
  await looksOn(run);
  expect(await engine.ledger.questions({ workflowId: run.workflowId, limit: 10 })).toEqual([]);
  world.thing('a').value = 'off';
  world.thing('b').value = 'elsewhere';
  const { changes, resolvedAt, run: row } = await resolved(run, alert);
  expect(changes).toMatchObject([
    { target: 'thing/a', agreement: 'same', plan: 1, index: 0, step: 'world.set' },
    {
      target: 'thing/b',
      agreement: 'other',
      reason: 'it is not done, and was was "here", is "elsewhere"',
      writes: [],
    },
  ]);
  expect(row).toMatchObject({ outcome: 'completed', dryRun: true, shadow: true });
  expect(resolvedAt).toBeDefined();
  expect(world.writes).toEqual([]);
  expect(await engine.ledger.intents(run.workflowId)).toEqual([]);
});

test('what nobody touched is not done, and what nobody can look at is unknown', async () => {
  const idle = await fired({ runbook: 'set-two-put-back', input: {} });
  await looksOn(idle.run);
  expect((await resolved(idle.run, idle.alert)).changes.map((c) => c.agreement)).toEqual([
    'nothing',
    'nothing',
  ]);
  const blind = await fired({ runbook: 'set-two-put-back', input: {} });
  await looksOn(blind.run);
  world.probeAnswers = 'refused';
  expect((await resolved(blind.run, blind.alert)).changes).toMatchObject([
    { agreement: 'unknown', reason: 'nobody may look' },
    { agreement: 'unknown' },
  ]);
});

test('a target that is gone or replaced was changed otherwise', async () => {
  const { run, alert } = await fired({ runbook: 'set-two-put-back', input: {} });
  await looksOn(run);
  world.things.delete('a');
  world.put('b', 'here');
  expect((await resolved(run, alert)).changes).toMatchObject([
    { agreement: 'other', reason: expect.stringContaining('there is no thing "a"') },
    { agreement: 'other', reason: expect.stringMatching(/uid was .*, is /) },
  ]);
});

test('a real run of the same incident goes its way beside it, and is named as the one who did it', async () => {
  const { run, alert, match } = await fired({ runbook: 'set-one', input: { name: 'a', value: 'off' } });
  await looksOn(run);
  const real = await engine.ledger.receiveAlert(anAlert(), [{ ...match, shadow: false }]);
  expect(real.runs).toMatchObject([{ effect: 'new' }]);
  const [acting] = await engine.startReceived();
  await acting!.decide(await acting!.question(), { answer: 'approve' });
  expect((await acting!.end()).outcome).toBe('completed');
  const { changes } = await resolved(run, alert);
  expect(changes).toMatchObject([
    { agreement: 'same', writes: [{ who: `run ${acting!.workflowId}`, what: 'Set a to off' }] },
  ]);
  expect(world.writes).toEqual(['a=off']);
});

test('a run that only tells people, or nothing, does not wait', async () => {
  const { run } = await fired({ runbook: 'tells', input: {} });
  expect((await run.end()).outcome).toBe('completed');
  expect(await engine.ledger.shadowRuns({ runbook: 'tells', limit: 1 })).toMatchObject([{ changes: [] }]);
});

test('a stop ends it before its alert resolves', async () => {
  const { run } = await fired({ runbook: 'set-two-put-back', input: {} });
  await looksOn(run);
  await engine.ledger.stopRun(run.workflowId, { by: 'ana', reason: 'enough' });
  await engine.deliver();
  expect(await run.end()).toEqual({ outcome: 'stopped', result: 'the run was stopped by ana: enough' });
});

test('a cancel does as well', async () => {
  const { run } = await fired({ runbook: 'set-two-put-back', input: {} });
  await looksOn(run);
  await engine.ledger.cancelRun(run.workflowId, { by: 'ana', reason: 'enough' });
  await engine.deliver();
  await run.end();
  expect(await engine.ledger.run(run.workflowId)).toMatchObject({
    outcome: 'cancelled',
    result: 'the run was cancelled by ana: enough',
  });
});
