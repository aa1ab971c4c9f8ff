/** The moments of an incident as the ledger has them, before its entries are sealed and after. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Ledger } from '../../ledger/api.ts';
import { MILESTONE, type JournalEntry } from '../../workflows/messages.ts';
import {
  aMatch,
  anAlert,
  anIntent,
  aRun,
  createDeployment,
  fresh,
  type TestDeployment,
} from './deployment.ts';

let deployment: TestDeployment;
let ledger: Ledger;
beforeAll(async () => {
  deployment = await createDeployment();
  ledger = await deployment.open();
});
afterAll(() => deployment.end());

const line = (seq: number, entry: Partial<JournalEntry>): JournalEntry => ({
  ...{ seq, at: '2099-01-01T00:00:00.000Z', kind: 'check', name: 'check', text: 'All is well', status: 'ok' },
  ...entry,
});

test('from an alert to its end: every moment has its fact', async () => {
  const alert = anAlert({ startedAt: '2026-11-21T02:47:00.000Z' });
  const runbook = fresh('runbook');
  const [received] = (await ledger.receiveAlert(alert, [aMatch({ runbook, whenAlertResolves: 'finish' })]))
    .runs;
  const { workflowId } = received!;
  await ledger.runStarted(workflowId);

  const decision = {
    id: fresh('decision'),
    workflowId,
    questionId: 'q1',
    person: 'ana',
    answer: 'approve',
    reason: '',
  };
  const signed = { statement: '{}', signature: 's', keyId: 'k' };
  await ledger.receiveDecision({ ...decision, id: fresh('late'), person: 'eve', signed });
  const { receivedAt } = await ledger.receiveDecision({ ...decision, signed });
  await ledger.decisionDelivered(decision.id, { counted: true, votes: 1, needed: 1, closed: true });

  const intent = anIntent(workflowId);
  const begun = await ledger.beginIntent(intent);
  if (begun.state !== 'begun') throw new Error(JSON.stringify(begun));
  await ledger.finishIntent({
    ...{ workflowId, plan: intent.plan, position: intent.position, token: begun.token },
    result: { outcome: 'applied', settledBy: 'apply', output: {} },
  });
  await ledger.receiveAlert({ ...alert, status: 'resolved', endedAt: '2026-11-21T02:55:00.000Z' }, []);

  expect((await ledger.incidents({ workflowId, limit: 1 }))[0]?.milestones).toMatchObject({
    'impact-began': { unknown: expect.any(String) },
    detected: { at: alert.startedAt, because: 'the alert HighErrorRate started to fire' },
    acknowledged: { at: receivedAt, because: 'ana answered approve' },
    mitigated: { at: '2026-11-21T02:55:00.000Z', because: 'the last of its alerts ended' },
  });

  const facts = { milestone: 'impact-began', at: '2026-11-21T02:44:00.000Z', because: 'the first crash' };
  await ledger.sealRun({
    ...{ workflowId, outcome: 'completed', result: null },
    journal: [
      line(1, { at: '2020-01-01T00:00:00.000Z', text: 'before the change' }),
      line(2, { kind: 'note', name: MILESTONE, text: 'it began', facts }),
      line(3, { status: 'failed', text: 'did not pass' }),
      line(4, { text: 'All pods are ready' }),
    ],
  });
  const told = async () =>
    (await ledger.incidents({ runbook, limit: 10 })).map(({ milestones }) => milestones);
  const before = await told();
  expect(before).toMatchObject([
    {
      'impact-began': { at: facts.at, because: 'the first crash' },
      mitigated: { because: '"All pods are ready" passed after the first change' },
      resolved: { because: 'the run completed, and its alerts had ended' },
    },
  ]);
  const stories = async () => [await ledger.storyOf(workflowId), await ledger.changesOf(workflowId)];
  const story = await stories();
  expect(story).toMatchObject([
    [{ seq: 1 }, { seq: 2, facts }, { seq: 3 }, { seq: 4, text: 'All pods are ready' }],
    [{ plan: 1, position: intent.position, change: { summary: 'Cordon worker-3' }, outcome: 'applied' }],
  ]);
  await ledger.seal();
  expect(await told()).toEqual(before);
  expect(await stories()).toEqual(story);
});

test('counts what alerts and people started and ended, of one runbook, since a moment', async () => {
  const runbook = fresh('asked');
  const end = (workflowId: string) =>
    ledger.sealRun({ workflowId, outcome: 'handed-over', result: null, journal: [] });
  const asked = await aRun(ledger, { runbook });
  await end(asked);
  await end(await aRun(ledger, { runbook, dryRun: true }));
  await end(
    await aRun(ledger, { runbook, trigger: { kind: 'schedule', source: 'schedule', authenticated: true } }),
  );
  await aRun(ledger, { runbook });
  const found = await ledger.incidents({ runbook, limit: 10 });
  expect(found.map(({ workflowId }) => workflowId)).toEqual([asked]);
  expect(found[0]?.milestones.acknowledged).toMatchObject({ because: 'ada asked for the run' });
  expect(await ledger.incidents({ runbook, since: '2999-01-01T00:00:00.000Z', limit: 10 })).toEqual([]);
});

test('who takes a run over has seen it', async () => {
  const alert = anAlert();
  const [received] = (await ledger.receiveAlert(alert, [aMatch()])).runs;
  const { workflowId } = received!;
  await ledger.runStarted(workflowId);
  await ledger.takeOver(workflowId, { by: 'bo', reason: 'I know it' });
  const [incident] = await ledger.incidents({ workflowId, limit: 1 });
  expect(incident?.milestones).toMatchObject({
    acknowledged: { because: 'bo took the run over' },
    mitigated: { unknown: 'nothing was changed' },
    resolved: { unknown: '1 of its alerts had not ended' },
  });
});

test('who stops a run has seen it; an alert that stops it has not', async () => {
  const stoppable = async () => {
    const alert = anAlert();
    const match = aMatch({ whenAlertResolves: 'stop-before-first-change' });
    const [received] = (await ledger.receiveAlert(alert, [match])).runs;
    await ledger.runStarted(received!.workflowId);
    return { alert, workflowId: received!.workflowId };
  };
  const acknowledged = async (workflowId: string) =>
    (await ledger.incidents({ workflowId, limit: 1 }))[0]?.milestones.acknowledged;

  const { alert, workflowId } = await stoppable();
  await ledger.receiveAlert({ ...alert, status: 'resolved', endedAt: '2026-11-21T02:55:00.000Z' }, []);
  expect(await acknowledged(workflowId)).toEqual({ unknown: expect.any(String) });

  const { workflowId: other } = await stoppable();
  await ledger.stopRun(other, { by: 'bo', reason: 'it is a test' });
  expect(await acknowledged(other)).toMatchObject({ because: 'bo stopped the run' });
});
