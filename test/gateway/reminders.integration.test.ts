/** Reminders through the front door: set, closed, postponed and reopened by whom they concern, asked when they are due. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createApiClient, type ApiClient } from '../../gateway/api-client.ts';
import { until } from '../setup/until.ts';
import { createHouse, type House } from './house.ts';

let house: House;
let [ana, bo, cy]: ApiClient[] = [];
beforeAll(async () => {
  house = await createHouse();
  const gateway = await house.startGateway({
    businessHours: { timeZone: 'Europe/Berlin', from: '09:00', to: '17:00', holidays: ['12-25'] },
  });
  ana = await house.client(gateway, 'ana');
  bo = await house.client(gateway, 'bo');
  const token = await house.token('cy', ['read', 'run', 'decide']);
  cy = createApiClient({ url: gateway.url, token });
});
afterAll(() => house.close());

const set = (at: string, to = 'payments-oncall') => ana!.setReminder({ text: 'Is it well?', to, at });

test('a person sets one in words, and lists it with the moment that they mean', async () => {
  const reminder = await set('next working day 09:30');
  expect(reminder).toMatchObject({ setBy: 'ana', to: 'payments-oncall', said: 'next working day 09:30' });
  expect(reminder.dueAt).toMatch(/T0[78]:30:00/);
  expect((await bo!.reminders()).reminders).toContainEqual(reminder);
  const until = new Date(Date.now() + 300 * 86_400_000).toISOString();
  expect(await bo!.postponeReminder(reminder.id, { until, reason: 'far' })).toMatchObject({ dueAt: until });
  const closed = await ana!.closeReminder(reminder.id, 'it is');
  expect(closed.closed).toMatchObject({ as: 'closed', by: 'ana', reason: 'it is' });
  expect((await ana!.reminders()).reminders.map((r) => r.id)).not.toContain(reminder.id);
  expect((await ana!.reminders({ all: 'true' })).reminders.map((r) => r.id)).toContain(reminder.id);
});

test('refuses words that mean no time to come, nobody, others, and what is over', async () => {
  await expect(set('soon')).rejects.toThrow(/at: "soon": write it like "next working day 09:30/);
  await expect(set('2020-01-01T09:00:00Z')).rejects.toThrow(/is over; name a later moment/);
  await expect(set('1 day', 'nobody')).rejects.toThrow(/to: nobody is called "nobody"/);
  const { id } = await set('1 day');
  const far = { until: '2099-01-01T09:00:00Z', reason: 'far' };
  await expect(ana!.postponeReminder(id, far)).rejects.toThrow(
    /until: "2099-01-01T09:00:00Z" is more than a year away; name a moment within a year from now/,
  );
  await expect(cy!.closeReminder(id, 'mine')).rejects.toMatchObject({ code: 'not-entitled' });
  await expect(ana!.reopenReminder(id, 'again')).rejects.toThrow(/is of no run: start one with/);
  await ana!.closeReminder(id, 'done');
  await expect(ana!.closeReminder(id, 'twice')).rejects.toMatchObject({ code: 'conflict' });
  await expect(ana!.closeReminder('reminder-none', 'x')).rejects.toMatchObject({ code: 'not-found' });
});

test('what is due is asked by a run, which is told to stop when somebody closes it past the question', async () => {
  const { id } = await set('1s');
  const asked = await until(
    async () => (await ana!.reminders()).reminders.find((r) => r.id === id && r.askedBy !== undefined),
    async () => JSON.stringify(await ana!.reminders()),
  );
  const row = await house.ledger.run(asked.askedBy!);
  expect(row).toMatchObject({ runbook: 'reminder', title: 'Is it well?', trigger: { kind: 'reminder' } });
  await bo!.closeReminder(id, 'it is');
  await until(async () => (await house.ledger.orders(asked.askedBy!)).cancelled !== undefined);
});

test('what a run set that was stopped since is asked all the same, and so is what comes after it', async () => {
  const { workflowId } = await house.ledger.requestRun({
    ...{ runbook: 'approving', title: 'Test', input: {}, correlationKey: 's', dryRun: false },
    ...{ trigger: { kind: 'person', source: 'test', authenticated: true }, requestId: 'reminders-2' },
  });
  await house.ledger.stopRun(workflowId, { by: 'ana', reason: 'by hand' });
  const { id } = await house.ledger.addReminder({
    ...{ origin: `reminder 1 of ${workflowId}`, workflowId, text: 'Is it over?', to: 'payments-oncall' },
    ...{ setBy: workflowId, said: '1 day', dueAt: '2020-01-01T00:00:00Z' },
  });
  const { id: next } = await set('1s');
  for (const due of [id, next])
    await until(
      async () => (await house.ledger.reminder(due))!.askedBy !== undefined,
      async () => JSON.stringify(await house.ledger.reminder(due)),
    );
  await expect(bo!.reopenReminder(id, 'it is back')).rejects.toMatchObject({
    code: 'conflict',
    message: expect.stringContaining('start it: "nightshift run approving"'),
  });
});

test('reopened, the runbook of its run is asked for again, for whoever said so', async () => {
  const { workflowId } = await house.ledger.requestRun({
    ...{ runbook: 'approving', title: 'Test', input: {}, correlationKey: 'r', dryRun: false },
    ...{ trigger: { kind: 'person', source: 'test', authenticated: true }, requestId: 'reminders-1' },
  });
  const { id } = await house.ledger.addReminder({
    ...{ origin: `reminder 1 of ${workflowId}`, workflowId, text: 'Is it over?', to: 'payments-oncall' },
    ...{ setBy: workflowId, said: '1 day', dueAt: '2099-01-01T00:00:00Z' },
  });
  const run = await bo!.reopenReminder(id, 'it is back');
  expect(run).toMatchObject({
    runbook: 'approving',
    trigger: { kind: 'reminder', run: workflowId, person: 'bo' },
  });
  expect((await house.ledger.reminder(id))!.closed).toMatchObject({ as: 'reopened', by: 'bo' });
});
