/** What a run wants to be looked at later: it waits in the ledger, and is asked by a run of the engine's own. */
import { expect, test } from '@jest/globals';
import { askWhatIsDue } from '../../gateway/ask-about-reminders.ts';
import { takeNews } from '../../gateway/telling/tell-people.ts';
import type { Ledger } from '../../ledger/api.ts';
import type { Reminder } from '../../ledger/reminders.ts';
import { engineInWorld } from './engine-in-world.ts';
import type { Run } from './harness.ts';

const { engine, world, recordOf } = engineInWorld();
const people = { ana: { name: 'Ana', roles: ['oncall'] }, bo: { name: 'Bo', roles: ['oncall'] } };

/** A run that reminds, and has ended. */
async function reminded(input: object = {}): Promise<{ run: Run; reminder: Reminder }> {
  const run = await engine.start('reminds', { name: 'a', ...input });
  expect((await run.end()).outcome).toBe('completed');
  const reminder = (await engine.ledger.reminders({ limit: 100 })).find(
    (r) => r.workflowId === run.workflowId,
  );
  return { run, reminder: reminder! };
}

let dues = 0;

/** Its time has come: the run that asks. */
async function due({ id }: Reminder, beforeItBegins?: () => Promise<unknown>): Promise<Run> {
  const { ledger } = engine;
  const until = new Date(Date.UTC(2026, 0, 1, 0, dues++)).toISOString();
  await ledger.postponeReminder({ id, until, by: 'test', reason: 'the time has come' });
  const once = { ledger, authority: { people }, wake: () => {} };
  await askWhatIsDue(once);
  await askWhatIsDue(once);
  await beforeItBegins?.();
  const runs = await engine.startReceived();
  expect(runs).toHaveLength(1);
  return runs[0]!;
}

test('it is set with the words of the runbook and the moment that they mean, and outlives the run', async () => {
  const { run, reminder } = await reminded();
  expect(reminder).toMatchObject({
    ...{ text: 'Is a well?', to: 'oncall', said: 'next working day 09:30 Europe/Berlin' },
    ...{ setBy: run.workflowId, closed: undefined, askedAt: undefined },
    unless: { step: 'world.steady', summary: 'is a off?' },
  });
  expect(reminder.dueAt).toMatch(/T0[78]:30:00/);
  expect(Date.parse(reminder.dueAt)).toBeGreaterThan(Date.now());
  expect(await recordOf(run.workflowId)).toMatch(/reminder-set/);
  await engine.ledger.closeReminder({ id: reminder.id, as: 'closed', by: 'test', reason: 'the next test' });
});

test('while its check passes nobody is asked or told, and the record says why', async () => {
  const { run, reminder } = await reminded();
  world.thing('a').value = 'off';
  const asking = await due(reminder);
  expect(await asking.end()).toEqual({ outcome: 'completed', result: 'nobody was asked: a is off' });
  expect(await engine.ledger.questions({ workflowId: asking.workflowId, limit: 1 })).toEqual([]);
  expect((await engine.ledger.reminder(reminder.id))!.closed).toMatchObject({
    as: 'passed',
    reason: 'a is off',
  });
  expect(await recordOf(run.workflowId)).toMatch(/a is off.*reminder-closed/);
  expect(await toldOf(asking)).toEqual([]);
});

test('a check that does not pass is in the question; whoever is asked closes it', async () => {
  const { run, reminder } = await reminded();
  const asking = await due(reminder);
  const question = await asking.question();
  expect(question).toMatchObject({ kind: 'reminder', title: 'Is a well?', from: ['oncall'] });
  expect(question.body).toContain(`Set by run ${run.workflowId}`);
  expect(question.body).toContain('is a off?: fail, a is on');
  expect(question.options.map((o) => o.answer)).toEqual(['close', 'postpone', 'postpone-a-week', 'reopen']);
  await asking.decide(question, { answer: 'close', person: 'bo', reason: 'looked at it' });
  expect(await asking.end()).toEqual({ outcome: 'completed', result: 'bo: closed' });
  expect((await engine.ledger.reminder(reminder.id))!.closed).toMatchObject({ as: 'closed', by: 'bo' });
  expect(await toldOf(asking)).toEqual(['question', 'answer']);
});

test('a check of a step that no worker has any more is unknown, and unknown never passes', async () => {
  const { id } = await engine.ledger.addReminder({
    ...{ origin: 'test: gone step', workflowId: '', text: 'Is it well?', to: 'oncall', setBy: 'ana' },
    ...{ said: '1 day', dueAt: '2026-01-01T00:00:00Z' },
    unless: { step: 'world.gone', input: {}, summary: 'is it gone?' },
  });
  const asking = await due((await engine.ledger.reminder(id))!);
  const question = await asking.question();
  expect(question.body).toMatch(/is it gone\?: unknown, no worker has the step world\.gone any more/);
  // Nothing to run again: a person set it.
  expect(question.options.map((o) => o.answer)).not.toContain('reopen');
  await asking.decide(question, { answer: 'close' });
  await asking.end();
});

test('postponed it is asked again at the same time of the next working day, by another run', async () => {
  const { reminder } = await reminded();
  const asking = await due(reminder);
  await asking.decide(await asking.question(), { answer: 'postpone', reason: 'Monday' });
  expect((await asking.end()).result).toMatch(/^ana: again \d{4}/);
  const postponed = (await engine.ledger.reminder(reminder.id))!;
  expect(postponed).toMatchObject({ closed: undefined, askedAt: undefined });
  expect(postponed.dueAt).toMatch(/T0[78]:30:00/);
  const again = await due(postponed);
  expect(again.workflowId).not.toBe(asking.workflowId);
  await again.decide(await again.question(), { answer: 'close' });
  await again.end();
});

test('set for a moment of ISO 8601, it can be postponed by an answer as well', async () => {
  const reminder = await engine.ledger.addReminder({
    ...{ origin: 'test: iso', workflowId: '', text: 'Is it well?', to: 'oncall', setBy: 'ana' },
    ...{ said: '2026-01-01T08:30:00Z', dueAt: '2026-01-01T08:30:00Z' },
  });
  const asking = await due(reminder);
  await asking.decide(await asking.question(), { answer: 'postpone' });
  expect((await asking.end()).result).toMatch(/^ana: again \d{4}-.*T08:30:00\.000Z$/);
  await engine.ledger.closeReminder({ id: reminder.id, as: 'closed', by: 'test', reason: 'the next test' });
});

test('closed between its time and the run that asks, nobody is asked', async () => {
  const { reminder } = await reminded();
  const close = { id: reminder.id, as: 'closed', by: 'bo', reason: 'it is well' } as const;
  const asking = await due(reminder, () => engine.ledger.closeReminder(close));
  expect((await asking.end()).result).toMatch(/^nobody was asked: closed by bo, .*: it is well$/);
  expect(await engine.ledger.questions({ workflowId: asking.workflowId, limit: 1 })).toEqual([]);
});

test('of a run that was stopped since, the question says so, and does not offer to run it again', async () => {
  const { run, reminder } = await reminded({ check: 'no' });
  await engine.ledger.stopRun(run.workflowId, { by: 'cy', reason: 'wrong service' });
  const asking = await due(reminder);
  const question = await asking.question();
  expect(question.body).toMatch(/That run was stopped by cy: to run it again, start it by hand\./);
  expect(question.options.map((o) => o.answer)).not.toContain('reopen');
  await asking.decide(question, { answer: 'close' });
  await asking.end();
});

test('reopened when it is over already, the run fails and says what to do', async () => {
  const { reminder } = await reminded({ check: 'no' });
  const asking = await due(reminder);
  const question = await asking.question();
  await engine.ledger.closeReminder({ id: reminder.id, as: 'closed', by: 'bo', reason: 'it is well' });
  await asking.decide(question, { answer: 'reopen' });
  expect((await asking.end()).result).toMatch(
    /not reopened: reminder-.* is over: closed by bo, .*start it: "nightshift run reminds"/,
  );
});

test('reopened the runbook runs again with the same input, for the person who said so', async () => {
  const { run, reminder } = await reminded({ check: 'no' });
  const asking = await due(reminder);
  const question = await asking.question();
  expect(question.body).not.toContain('is a off?');
  await asking.decide(question, { answer: 'reopen', person: 'bo', reason: 'it is back' });
  expect((await asking.end()).result).toMatch(/^bo: reopened as reminds/);
  const again = (await engine.ledger.runs({ runbook: 'reminds', limit: 20 })).find(
    (r) => r.trigger.kind === 'reminder',
  )!;
  expect(again).toMatchObject({
    input: { name: 'a', check: 'no' },
    trigger: { kind: 'reminder', run: run.workflowId, person: 'bo', authenticated: true },
  });
  const [started] = await engine.startReceived();
  expect((await started!.end()).outcome).toBe('completed');
  expect((await engine.ledger.reminder(reminder.id))!.closed).toMatchObject({ as: 'reopened', by: 'bo' });
});

test('a freeze without an end is asked about once, and not at all when it is lifted before', async () => {
  const { ledger } = engine;
  const scope = { kind: 'everything' } as const;
  const freeze = await ledger.freeze({ scope, reason: 'move', by: 'ana' });
  const once = { ledger, authority: { people }, wake: () => {} };
  const set: unknown[] = [];
  const counted = {
    ...once,
    ledger: { ...ledger, addReminder: (r) => (set.push(r), ledger.addReminder(r)) } satisfies Ledger,
  };
  await askWhatIsDue(counted);
  await askWhatIsDue(counted);
  // Nothing is written where nothing changes.
  expect(set).toHaveLength(1);
  const about = (await ledger.reminders({ limit: 100 })).filter((r) => r.origin === `freeze ${freeze.id}`);
  expect(about).toMatchObject([{ to: 'ana', text: expect.stringContaining(`nightshift lift ${freeze.id}`) }]);
  await ledger.lift(freeze.id, 'ana');
  const [{ id }] = about as [Reminder];
  await ledger.postponeReminder({
    id,
    until: '2026-01-01T00:00:00Z',
    by: 'test',
    reason: 'the time has come',
  });
  await askWhatIsDue(once);
  expect((await ledger.reminder(id))!.closed).toMatchObject({ as: 'lifted' });
  expect(await engine.startReceived()).toEqual([]);
});

/** The events that a channel without routes would be told of this run. */
async function toldOf({ workflowId }: Run): Promise<string[]> {
  const channels = { chat: { webhook: { url: 'http://127.0.0.1:9/' } } };
  const config = {
    deployment: 'test',
    telling: { channels, routes: [], perMinute: 20 },
    businessHours: undefined,
  };
  await takeNews({ ledger: engine.ledger, runbooks: [], config });
  const told = await engine.ledger.messages({ workflowId, limit: 20 });
  return told.map(({ kind }) => kind).reverse();
}
