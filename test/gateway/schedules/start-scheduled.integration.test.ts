/** What the clock starts: by two gateways, after a downtime, over a run that is open, paused. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { z } from 'zod';
import { schedulesOf } from '../../../gateway/schedules/schedules-of.ts';
import { lookAtSchedules, startScheduled } from '../../../gateway/schedules/start-scheduled.ts';
import type { Ledger } from '../../../ledger/api.ts';
import { defineRunbook } from '../../../workflows/define-runbook.ts';
import { onSchedule, type ScheduleOptions } from '../../../workflows/on-schedule.ts';
import { createDeployment, fresh, type TestDeployment } from '../../ledger/deployment.ts';
import { until } from '../../setup/until.ts';

let deployment: TestDeployment;
let here: Ledger;
let there: Ledger;
beforeAll(async () => {
  deployment = await createDeployment();
  [here, there] = await Promise.all([deployment.open(), deployment.open()]);
});
afterAll(() => deployment.end());

const HOUR_MS = 3_600_000;
const wrong: unknown[] = [];
const log = { info() {}, warn() {}, error: (facts: unknown) => void wrong.push(facts) } as never;
const hourly = (options: ScheduleOptions = {}, input: (at: string) => { at: string } = (at) => ({ at })) =>
  defineRunbook({
    ...{ id: fresh('hourly'), title: 'Hourly', owner: 'oncall', description: 'For tests.' },
    input: z.object({ at: z.string() }),
    correlationKey: () => 'all',
    triggers: [onSchedule({ every: '1 hour' }, input, options)],
    run: async () => undefined,
  });
/** Whenever a test looks it is this moment: no full hour passes between two looks. */
const NOW = Date.now();
/** The full hour so many hours ago. */
const hoursAgo = (hours: number): string =>
  new Date((Math.floor(NOW / HOUR_MS) - hours) * HOUR_MS).toISOString();
/** As if a gateway had had it for so long. */
const knownFor = async (runbook: { id: string }, hours: number) => {
  await here.schedules([runbook.id]);
  const since = new Date(Date.parse(hoursAgo(hours)) - 1).toISOString();
  await deployment.sql('update schedules set known_since = $2 where id = $1', [runbook.id, since]);
};
const look = async (runbook: ReturnType<typeof hourly>, ledger = here) => {
  let woken = 0;
  const wake = () => void (woken += 1);
  await lookAtSchedules({ ledger, log, wake }, schedulesOf([runbook]), NOW);
  return woken;
};
const runsOf = (runbook: { id: string }) => here.runs({ runbook: runbook.id, limit: 100 });
const moment = (runbook: { id: string; title: string }, hours: number, overlap: 'skip' | 'queue' | 'allow') =>
  here.startScheduled({
    ...{ schedule: runbook.id, at: hoursAgo(hours), overlap, runbook: runbook.id, title: runbook.title },
    ...{ input: { at: hoursAgo(hours) }, correlationKey: 'all' },
  });
const last = async (runbook: { id: string }) => (await there.schedules([runbook.id]))[0]!.last;

test('nothing is started for the time before a schedule was known', async () => {
  const runbook = hourly({ catchUp: '1 day' });
  expect(await look(runbook)).toBe(0);
  expect(await runsOf(runbook)).toEqual([]);
});

test('of what was missed the last is started, once, whoever looks; and it says since when', async () => {
  const runbook = hourly({ catchUp: '90 minutes' });
  await knownFor(runbook, 5);
  const woken = await Promise.all([here, there, here, there].map((ledger) => look(runbook, ledger)));
  expect(woken.reduce((a, b) => a + b)).toBe(1);
  const runs = await runsOf(runbook);
  expect(runs).toMatchObject([
    {
      workflowId: `${runbook.id}/all/1`,
      input: { at: hoursAgo(0) },
      trigger: { kind: 'schedule', authenticated: true, schedule: { id: runbook.id, at: hoursAgo(0) } },
    },
  ]);
  expect(await here.runsToStart(100)).toContainEqual(runs[0]);
  expect(await last(runbook)).toEqual({
    ...{ at: hoursAgo(0), missedSince: hoursAgo(5), workflowId: runs[0]!.workflowId, status: 'received' },
  });
  expect(await look(runbook, there)).toBe(0);
});

test('what is too late is not started', async () => {
  const runbook = hourly({ catchUp: '0s' });
  await knownFor(runbook, 5);
  expect(await look(runbook)).toBe(0);
});

test('while a run is open: skipped with its name, queued behind it, or beside it', async () => {
  const runbook = hourly();
  await here.schedules([runbook.id]);
  const first = (await moment(runbook, 5, 'skip')).workflowId!;
  expect(await moment(runbook, 4, 'skip')).toEqual({ decided: true });
  expect(await last(runbook)).toEqual({ at: hoursAgo(4), skipped: `${first} had not ended` });
  const queued = (await moment(runbook, 3, 'queue')).workflowId!;
  const beside = (await moment(runbook, 2, 'allow')).workflowId!;
  const toStart = (await here.runsToStart(100)).map((run) => run.workflowId);
  expect([first, queued, beside].map((id) => toStart.includes(id))).toEqual([true, false, true]);
  // What lies before a moment that was decided is over, and what has not come cannot be.
  expect(await moment(runbook, 3, 'allow')).toEqual({ decided: false });
  expect(await moment(runbook, -2, 'allow')).toEqual({ decided: false });
});

test('paused it starts nothing, nor afterwards what came meanwhile; who and why is in the record', async () => {
  const runbook = hourly({ catchUp: '1 day' });
  await knownFor(runbook, 3);
  await there.pauseSchedule(runbook.id, { by: 'ana', reason: 'move' });
  await expect(here.pauseSchedule(runbook.id, { by: 'bo', reason: 'me too' })).rejects.toThrow(
    'paused already',
  );
  expect(await look(runbook)).toBe(0);
  expect(await moment(runbook, 1, 'allow')).toEqual({ decided: false });
  expect((await here.schedules([runbook.id]))[0]!.paused).toMatchObject({ by: 'ana', reason: 'move' });
  await here.resumeSchedule(runbook.id, { by: 'bo', reason: 'done' });
  await expect(here.resumeSchedule(runbook.id, { by: 'bo', reason: 'done' })).rejects.toThrow(
    'is not paused',
  );
  expect(await look(runbook)).toBe(0);
  expect(await runsOf(runbook)).toEqual([]);
  const recorded = await deployment.sql(
    `select kind, facts from record_entries where workflow_id = '' and facts ->> 'schedule' = $1 order by id`,
    [runbook.id],
  );
  expect(recorded).toEqual([
    { kind: 'schedule-paused', facts: { schedule: runbook.id, by: 'ana', reason: 'move' } },
    { kind: 'schedule-resumed', facts: { schedule: runbook.id, by: 'bo', reason: 'done' } },
  ]);
});

test('an input that cannot be made is told, once, and stops no other schedule', async () => {
  const bad = hourly({ catchUp: '1 day' }, () => ({}) as never);
  const good = hourly({ catchUp: '1 day' });
  await Promise.all([knownFor(bad, 2), knownFor(good, 2)]);
  for (const ledger of [here, there])
    await lookAtSchedules({ ledger, log, wake: () => {} }, schedulesOf([bad, good]), NOW);
  const why = expect.stringContaining('input.at');
  expect(wrong).toMatchObject([{ schedule: bad.id, why }]);
  expect(await last(bad)).toEqual({ at: hoursAgo(0), missedSince: hoursAgo(2), skipped: why });
  expect(await runsOf(good)).toHaveLength(1);
});

test('a gateway that is up looks by itself, and stops when it is closed', async () => {
  const runbook = hourly({ catchUp: '1 day' });
  await knownFor(runbook, 2);
  const stop = startScheduled({ ledger: here, runbooks: [runbook], log, wake: () => {} });
  await until(async () => (await runsOf(runbook)).length === 1);
  await stop();
});
