/** A backtest is worth what it agrees with: the same alerts through the real ledger, at the same moments of its clock. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import pg from 'pg';
import { z } from 'zod';
import { matchTriggers } from '../../../gateway/alerts/match-triggers.ts';
import { backtest } from '../../../gateway/backtest/backtest.ts';
import type { PastAlert } from '../../../gateway/backtest/read-export.ts';
import type { Ledger } from '../../../ledger/api.ts';
import { createLedger } from '../../../ledger/create-ledger.ts';
import { createLedgerDatabase, type LedgerDatabase } from '../../../testing/time/ledger-database.ts';
import { defineRunbook, onAlert, type RunbookSpec } from '../../../workflows/define-runbook.ts';

const input = z.object({ service: z.string(), nodes: z.array(z.string()) });
const runbookOf = (id: string, terms: Partial<RunbookSpec<typeof input>>) =>
  defineRunbook({
    ...{ id, title: id, owner: 'oncall', description: 'For tests.', input, run: async () => undefined },
    triggers: [
      onAlert({ alertname: 'Sick' }, ({ labels: { service = '', node = '' } }) => ({
        service,
        nodes: [node],
      })),
    ],
    correlationKey: ({ service }) => service,
    ...terms,
  });

const RUNBOOKS = [
  runbookOf('joins', { onRepeat: 'join', cooldown: '23m', whenAlertResolves: 'stop-before-first-change' }),
  runbookOf('queues', { onRepeat: 'queue', runsAtOnce: 2 }),
  runbookOf('queues-and-stops', { onRepeat: 'queue', whenAlertResolves: 'stop-before-first-change' }),
  runbookOf('ignores', { onRepeat: 'ignore', flapping: { runs: 2, within: '71m' } }),
  runbookOf('gathers', {
    onRepeat: 'queue',
    runsAtOnce: 1,
    whenAlertResolves: 'stop-before-first-change',
    gather: {
      for: '90s',
      input: (inputs) => ({ service: inputs[0]!.service, nodes: inputs.flatMap((i) => i.nodes) }),
    },
  }),
];
const TAKES_MS = 17 * 60_000 + 11_000;
const BEGIN = Date.parse('2026-10-01T00:00:00.000Z');

let database: LedgerDatabase;
let ledger: Ledger;
beforeAll(async () => {
  database = await createLedgerDatabase(process.env['TEST_DATABASE_URL']!, 'test');
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  // This clock stands still until it is set.
  await client.query(`create or replace function nightshift_time.clock_timestamp() returns timestamptz
    language sql volatile as $$ select to_timestamp(by_ms / 1000) from nightshift_time.ahead $$`);
  await client.end();
  ledger = await createLedger({ databaseUrl: database.url, deployment: 'test' });
});
afterAll(async () => {
  await ledger.close();
  await database.drop();
});

/** Sends every alert to the ledger when it came, starts what may start and ends what would have ended. */
async function throughTheLedger(alerts: readonly PastAlert[]) {
  const ends = new Map<string, number>();
  const stopped = new Set<string>();
  const became: { line: number; duplicate: boolean; runs: string[] }[] = [];
  const end = async (workflowId: string) => {
    ends.delete(workflowId);
    await ledger.sealRun({ workflowId, outcome: 'completed', result: null, journal: [] });
  };
  const startAt = async (now: number): Promise<void> => {
    const runs = await ledger.runsToStart(1_000);
    for (const { workflowId } of runs) {
      await ledger.runStarted(workflowId);
      ends.set(workflowId, now + TAKES_MS);
      if (stopped.has(workflowId)) await end(workflowId);
    }
    if (runs.length > 0) await startAt(now);
  };
  const nextMoment = async (): Promise<number> => {
    const waiting = await ledger.runs({ status: 'received', limit: 1_000 });
    const moments = waiting.flatMap(({ waits }) => (waits?.until ? [Date.parse(waits.until)] : []));
    return Math.min(Infinity, ...ends.values(), ...moments);
  };
  const advance = async (to: number): Promise<void> => {
    for (let next = await nextMoment(); next <= to && next < Infinity; next = await nextMoment()) {
      await database.setAhead(next);
      for (const [workflowId, at] of [...ends]) if (at <= next) await end(workflowId);
      await startAt(next);
    }
  };
  for (const { line, at, alert } of alerts) {
    const now = Date.parse(at);
    await advance(now);
    await database.setAhead(now);
    const { matches, refused } = matchTriggers(RUNBOOKS, alert);
    const answer = await ledger.receiveAlert(alert, matches, refused);
    const runs = answer.duplicate ? [] : answer.runs;
    became.push({
      line,
      duplicate: answer.duplicate,
      runs: runs.map((r) => `${r.effect} ${r.workflowId}`).sort(),
    });
    for (const { workflowId, effect } of runs) {
      const stops = RUNBOOKS.find((r) => workflowId.startsWith(`${r.id}/`))!.whenAlertResolves !== 'finish';
      if (effect !== 'resolved' || !stops) continue;
      stopped.add(workflowId);
      if (ends.has(workflowId)) await end(workflowId);
    }
    await startAt(now);
  }
  await advance(Infinity);
  const runs = await ledger.runs({ limit: 10_000 });
  return { became, runs };
}

/** The same sequence for the same seed (mulberry32). */
function dice(seed: number): (sides: number) => number {
  let state = seed;
  return (sides) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % sides;
  };
}

/** Alerts of three services that come, end, come again and come twice, within some hours. */
function someAlerts(seed: number, count: number): PastAlert[] {
  const roll = dice(seed);
  const open: PastAlert[] = [];
  const alerts: PastAlert[] = [];
  let now = BEGIN + seed * 86_400_000;
  for (let line = 1; line <= count; line++) {
    now += roll(3) === 0 ? roll(60_000) : roll(12 * 60_000);
    const at = new Date(now).toISOString();
    const was = open[roll(6)];
    if (was && roll(2) === 0) {
      open.splice(open.indexOf(was), 1);
      alerts.push({ line, at, alert: { ...was.alert, status: 'resolved', endedAt: at } });
      continue;
    }
    if (was && roll(5) === 0) {
      alerts.push({ ...was, line, at });
      continue;
    }
    const labels = { service: `${seed}-s${roll(3)}`, node: `n${roll(4)}` };
    const alert = {
      ...{ source: 'alertmanager', fingerprint: JSON.stringify(labels), status: 'firing' as const },
      ...{
        name: 'Sick',
        severity: 'page',
        labels,
        annotations: {},
        startedAt: at,
        authenticated: true,
        raw: {},
      },
    };
    open.push({ line, at, alert });
    alerts.push({ line, at, alert });
  }
  return alerts;
}

test('both know a firing that comes after its own end, which carries its own time', async () => {
  const [fired] = someAlerts(3, 1);
  const { at, alert } = fired!;
  const minutesLater = (minutes: number) => new Date(Date.parse(at) + minutes * 60_000).toISOString();
  const end = { ...alert, status: 'resolved' as const, startedAt: minutesLater(1) };
  const alerts = [
    { line: 1, at: minutesLater(2), alert: end },
    { line: 2, at: minutesLater(3), alert },
  ];
  const told = backtest(RUNBOOKS, alerts, { takesMs: TAKES_MS });
  const { became } = await throughTheLedger(alerts);
  const runs = ['new ignores/3-s', 'new queues/3-s'].map((run) => expect.stringContaining(run));
  expect(became.map((b) => b.runs)).toEqual([[], runs]);
  expect(told.alerts[1]!.runs.map((r) => `${r.effect} ${r.workflowId}`).sort()).toEqual(became[1]!.runs);
});

test.each([1, 2])('the ledger does with the alerts of seed %i what the backtest says', async (seed) => {
  const alerts = someAlerts(seed, 75);
  const told = backtest(RUNBOOKS, alerts, { takesMs: TAKES_MS });
  const { became, runs } = await throughTheLedger(alerts);
  expect(
    told.alerts.map(({ line, duplicate, runs: of }) => ({
      ...{ line, duplicate },
      runs: of.map((r) => `${r.effect} ${r.workflowId}`).sort(),
    })),
  ).toEqual(became);
  const mine = runs.filter(({ workflowId }) => workflowId.includes(`/${seed}-s`));
  const times = (r: { workflowId: string; startedAt?: string | undefined; endedAt?: string | undefined }) =>
    `${r.workflowId} ${r.startedAt} ${r.endedAt}`;
  expect(told.runs.map(times).sort()).toEqual(mine.map(times).sort());
  // Nothing is shown by alerts that all become the same.
  const effects = new Set(told.alerts.flatMap((alert) => alert.runs.map((r) => r.effect)));
  expect(effects).toEqual(new Set(['new', 'delayed', 'queued', 'gathered', 'joined', 'ignored', 'resolved']));
  expect(told.runs.some((run) => run.capped)).toBe(true);
});
