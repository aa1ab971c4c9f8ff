/** Two that come at once for the same reminder: one word stands, and one run is asked for. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Ledger } from '../../ledger/api.ts';
import type { Reminder } from '../../ledger/reminders.ts';
import { aRun, createDeployment, fresh, inMinutes, type TestDeployment } from './deployment.ts';

let deployment: TestDeployment;
let ledger: Ledger;
let other: Ledger;
beforeAll(async () => {
  deployment = await createDeployment();
  ledger = await deployment.open();
  other = await deployment.open();
});
afterAll(() => deployment.end());

const dueOne = (workflowId = ''): Promise<Reminder> =>
  ledger.addReminder({
    ...{ origin: fresh('origin'), workflowId, text: 'Is it well?', to: 'oncall', setBy: 'ana' },
    ...{ said: '1 day', dueAt: inMinutes(-1) },
  });
const asking = ({ id, text }: Reminder) => ({ title: text, input: { id } });
const isDue = async ({ id }: Reminder) => (await ledger.remindersDue(100)).some((r) => r.id === id);
const runsFor = ({ id }: Reminder) =>
  deployment.sql(`select workflow_id from runs where correlation_key = $1`, [id]);
const over = { by: 'ana', reason: 'it is well' };

test('two gateways that find it due at once ask for one run', async () => {
  const reminder = await dueOne();
  const runs = await Promise.all([ledger, other].map((l) => l.askReminder(reminder.id, asking)));
  const [run] = runs.filter((r) => r !== undefined);
  expect(runs).toContain(undefined);
  expect(await runsFor(reminder)).toEqual([{ workflow_id: run!.workflowId }]);
  expect(await ledger.reminder(reminder.id)).toMatchObject({ askedBy: run!.workflowId });
  expect(await isDue(reminder)).toBe(false);
});

test('what is closed or postponed after it was found due is not asked', async () => {
  const closed = await dueOne();
  await ledger.closeReminder({ id: closed.id, as: 'closed', ...over });
  expect(await ledger.askReminder(closed.id, asking)).toBeUndefined();
  const postponed = await dueOne();
  await ledger.postponeReminder({ id: postponed.id, until: inMinutes(5), ...over });
  expect(await ledger.askReminder(postponed.id, asking)).toBeUndefined();
  expect([...(await runsFor(closed)), ...(await runsFor(postponed))]).toEqual([]);
});

test('what is postponed while a run asks is not closed by that run, and is due again', async () => {
  const reminder = await dueOne();
  const { id } = reminder;
  const { workflowId: by } = (await ledger.askReminder(id, asking))!;
  await ledger.postponeReminder({ id, until: inMinutes(-1), ...over });
  for (const as of ['not-answered', 'passed'] as const)
    expect(await other.closeReminder({ id, as, by, reason: '' })).toBe(false);
  expect((await ledger.reminder(id))!.closed).toBeUndefined();
  const { workflowId: next } = (await ledger.askReminder(id, asking))!;
  expect(await other.closeReminder({ id, as: 'not-answered', by, reason: '' })).toBe(false);
  expect(await other.closeReminder({ id, as: 'not-answered', by: next, reason: '' })).toBe(true);
});

test('a run that asked for days and then failed is followed by another a day after its end', async () => {
  const reminder = await dueOne();
  const { workflowId } = (await ledger.askReminder(reminder.id, asking))!;
  await deployment.sql(`update reminders set asked_at = asked_at - interval '6 days' where id = $1`, [
    reminder.id,
  ]);
  expect(await isDue(reminder)).toBe(false);
  await ledger.sealRun({ workflowId, outcome: 'failed', result: 'lost', journal: [] });
  expect(await isDue(reminder)).toBe(false);
  await deployment.sql(`update runs set ended_at = ended_at - interval '25 hours' where workflow_id = $1`, [
    workflowId,
  ]);
  expect(await isDue(reminder)).toBe(true);
  const next = (await ledger.askReminder(reminder.id, asking))!;
  expect(next.workflowId).not.toBe(workflowId);
});

test('the run that asks is known by the next id that it is given', async () => {
  const reminder = await dueOne();
  const { workflowId } = (await ledger.askReminder(reminder.id, asking))!;
  const next = await ledger.giveNextId(workflowId);
  expect(await ledger.reminder(reminder.id)).toMatchObject({ askedBy: next });
});

test('reopened from two sides at once there is one run, and it takes a place as the first did', async () => {
  const { workflowId } = await ledger.requestRun({
    ...{ runbook: 'one-at-once', title: 'One', input: { host: 'w3' }, correlationKey: fresh('key') },
    ...{ trigger: { kind: 'person', source: 'cli', authenticated: true, person: 'ana' }, dryRun: false },
    ...{ requestId: fresh('request'), runsAtOnce: 1 },
  });
  const { id } = await dueOne(workflowId);
  const both = await Promise.allSettled([
    ledger.reopenReminder({ id, by: 'ana', reason: 'it is back' }),
    other.reopenReminder({ id, by: 'bo', reason: 'again' }),
  ]);
  const [again] = both.flatMap((r) => (r.status === 'fulfilled' ? [r.value] : []));
  const refused = both.find((r) => r.status === 'rejected')!;
  expect(again).toMatchObject({
    runbook: 'one-at-once',
    input: { host: 'w3' },
    trigger: { kind: 'reminder', run: workflowId },
  });
  const { closed } = (await ledger.reminder(id))!;
  expect(closed).toMatchObject({ as: 'reopened', by: (again!.trigger as { person: string }).person });
  expect((refused.reason as Error).message).toMatch(
    new RegExp(
      `^${id} is over: reopened as ${again!.workflowId} by ${closed!.by}, .*: "nightshift run one-at-once"$`,
    ),
  );
  expect(await deployment.sql(`select at_most from runs where runbook = 'one-at-once'`)).toEqual([
    { at_most: 1 },
    { at_most: 1 },
  ]);
  // As a worker says it again that did not hear the answer.
  const { by, reason } = closed!;
  expect((await other.reopenReminder({ id, by, reason })).workflowId).toBe(again!.workflowId);
});

test('what is closed is not reopened', async () => {
  const { id } = await dueOne(await aRun(ledger));
  await ledger.closeReminder({ id, as: 'closed', ...over });
  await expect(ledger.reopenReminder({ id, by: 'bo', reason: 'it is back' })).rejects.toThrow(
    /is over: closed by ana, .*start it: "nightshift run restart-service"/,
  );
});

test('nothing starts in the name of a run that was stopped, and what to do instead is said', async () => {
  const workflowId = await aRun(ledger);
  const { id } = await dueOne(workflowId);
  await ledger.stopRun(workflowId, { by: 'cy', reason: 'wrong service' });
  await expect(ledger.reopenReminder({ id, by: 'bo', reason: 'it is back' })).rejects.toThrow(
    `${workflowId} was stopped by cy, and nothing starts in its name; to run it again, start it: "nightshift run restart-service"`,
  );
  expect((await ledger.reminder(id))!.closed).toBeUndefined();
});
