/** Plays one run from its start to its end. */
import type { WorkflowHandle } from '@temporalio/client';
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { hashOf, milliseconds, type Duration } from '../activities/kit/index.ts';
import { matchTriggers, parseInput } from '../gateway/alerts/match-triggers.ts';
import { signStart } from '../gateway/statements.ts';
import { tellRun } from '../gateway/tell-run.ts';
import type { Alert, RunRow } from '../ledger/api.ts';
import type { RunbookDefinition } from '../workflows/define-runbook.ts';
import { MESSAGES, type RunState } from '../workflows/messages.ts';
import type { Company } from './company.ts';
import { DEPLOYMENT, type House } from './house.ts';
import { sizeOf } from './run/history-size.ts';
import { PlayedRun } from './run/played-run.ts';
import { decidedDifferently, failedTask, stuckBecause, waitsForEver } from './run/stuck.ts';
import { tooLong } from './run/too-long.ts';
import { storyOf } from './run/story.ts';

/** An alert of which a test says only what its trigger looks at. */
export interface AlertSketch {
  readonly alertname: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly severity?: string;
  /** False: nobody signed the webhook. */
  readonly authenticated?: boolean;
}

const LOOK_EVERY_MS = 50;

export async function playRun(
  house: House,
  company: Company,
  o: { runbook: RunbookDefinition; input: unknown; dryRun?: boolean; by?: string },
): Promise<PlayedRun> {
  const { runbook, input, dryRun = false, by } = o;
  const { id, title } = runbook;
  if (!house.runbooks.some((r) => r.id === id))
    throw new TypeError(
      `runbookTests() was given no runbook "${id}"; it was given: ${house.runbooks.map((r) => r.id).join(', ')}`,
    );
  const parsed = parseInput(runbook, input);
  if ('fields' in parsed)
    throw new TypeError(
      `${id}: ${parsed.fields.map(({ field, message }) => `${field}: ${message}`).join('; ')}`,
    );
  const row = await house.ledger.requestRun({
    runbook: id,
    title,
    input,
    correlationKey: randomUUID(),
    trigger: { kind: 'person', source: 'test', authenticated: true, ...(by && { person: by }) },
    dryRun,
    requestId: randomUUID(),
  });
  return play(house, company, row);
}

export async function playAlert(
  house: House,
  company: Company,
  { alert: sketch, resolvesAfter }: { alert: AlertSketch; resolvesAfter?: Duration },
): Promise<PlayedRun> {
  const { time, ledger, runbooks } = house;
  await time.agree();
  const {
    alertname: name,
    labels = {},
    annotations = {},
    severity = 'critical',
    authenticated = true,
  } = sketch;
  const alert: Alert = {
    source: 'test',
    fingerprint: hashOf([name, labels, randomUUID()]),
    status: 'firing',
    name,
    severity,
    labels: { alertname: name, ...labels },
    annotations,
    startedAt: new Date(time.now()).toISOString(),
    authenticated,
    raw: sketch,
  };
  const { matches, refused } = matchTriggers(runbooks, alert);
  const match = matches[0];
  if (!match) {
    const why = refused.map((r) => `${r.runbook}: ${r.message}`).join('; ') || 'no trigger fits it';
    throw new TypeError(`the alert ${name} starts no runbook: ${why}`);
  }
  // Two tests with the same alert are two incidents.
  const received = await ledger.receiveAlert(alert, [{ ...match, correlationKey: randomUUID() }]);
  const { workflowId } = received.runs[0]!;
  if (resolvesAfter !== undefined) {
    company.later.push({
      afterMs: milliseconds(resolvesAfter),
      action: async () => {
        const endedAt = new Date(time.now()).toISOString();
        await ledger.receiveAlert({ ...alert, status: 'resolved', endedAt }, []);
        for (const signal of await ledger.signalsToDeliver(100)) {
          if (signal.workflowId === workflowId) await tellRun(house.temporal, signal);
          await ledger.signalDelivered(signal.id);
        }
      },
    });
  }
  return play(house, company, (await ledger.run(workflowId))!);
}

async function play(house: House, company: Company, row: RunRow): Promise<PlayedRun> {
  const { ledger, time, gateway } = house;
  const { workflowId, runbook } = row;
  const start = signStart({ deployment: DEPLOYMENT, key: gateway, now: time.now }, row);
  const handle = await company.start(runbook, workflowId, start);
  await ledger.runStarted(workflowId);
  await company.scheduleLater();
  company.lastSign = Date.now();
  let closed = false;
  void handle
    .result()
    .catch(() => undefined)
    .finally(() => (closed = true));
  await time.release();
  try {
    while (!closed) {
      const stuck = company.failure ?? (await stuckBecause(company, handle));
      if (stuck !== undefined) {
        company.breakOff();
        throw await withJournal(stuck, handle);
      }
      await sleep(LOOK_EVERY_MS);
    }
  } finally {
    if (!company.ends.has(workflowId)) await time.hold();
  }
  if (company.failure) throw await withJournal(company.failure, handle);
  const end = company.ends.get(workflowId);
  if (!end) throw await withJournal(await whyWithoutEnd(company, handle), handle);
  const history = await handle.fetchHistory();
  const long = tooLong({
    size: sizeOf(history),
    allowed: company.longHistory,
    journal: end.journal,
  });
  if (long !== undefined) throw new Error(long);
  const difference = await house.replays.differenceOf({ workflowId, history });
  if (difference) throw new Error(decidedDifferently(difference.message), { cause: difference });
  return new PlayedRun({
    workflowId,
    title: row.title,
    outcome: end.outcome,
    result: end.result,
    journal: end.journal,
    asked: company.audience.asked.filter((a) => a.workflowId === workflowId),
    effects: company.effects.filter((e) => e.operation.includes(`/${workflowId}/`)),
    leftovers: (await ledger.leftovers()).filter((l) => l.workflowId === workflowId),
  });
}

/** A run that waits for what will never come is late for everything at once: time skips to the end of its life. */
async function whyWithoutEnd(company: Company, handle: WorkflowHandle): Promise<string> {
  const error: unknown = await handle.result().catch((e: unknown) => e);
  const stuck = (await failedTask(handle)) ?? waitsForEver(company, handle);
  return stuck ?? `the run ended before it began: ${messageOf((error as Error).cause ?? error)}`;
}

async function withJournal(why: unknown, handle: WorkflowHandle): Promise<Error> {
  const { journal } = await handle.query<RunState>(MESSAGES.state).catch(() => ({ journal: [] }));
  return new Error(`${messageOf(why)}\n\nIts journal:\n${storyOf(journal)}`, { cause: why });
}

const messageOf = (error: unknown): string =>
  error instanceof Error ? error.message : typeof error === 'string' ? error : JSON.stringify(error);
