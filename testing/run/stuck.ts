/** Why a run will never go on, so that a test fails with a sentence instead of with its time limit. */
import type { WorkflowHandle } from '@temporalio/client';
import type { Company } from '../company.ts';
import { unanswered } from '../staff.ts';
import { isBusy, type HistoryEvent } from './is-busy.ts';

/** How long nothing may happen, by the machine's clock, before a question that nobody will answer counts as the end. */
const PATIENCE_MS = 3_000;
/** A history is looked at when nothing has happened for this long. */
const LOOK_AFTER_MS = 400;

export async function stuckBecause(company: Company, handle: WorkflowHandle): Promise<string | undefined> {
  if (company.isBusy) company.lastSign = Date.now();
  const quiet = Date.now() - company.lastSign;
  if (quiet < LOOK_AFTER_MS) return undefined;
  const events = await eventsOf(handle);
  const failed = failureIn(events);
  if (failed) return failed;
  // A worker that has something of the run in its hands is slow, and not silent.
  if (quiet < PATIENCE_MS || isBusy(events)) return undefined;
  return waitsForEver(company, handle);
}

/** Names the question that nobody is going to answer. */
export function waitsForEver(company: Company, handle: WorkflowHandle): string | undefined {
  const open = company.audience.asked.find(
    (a) =>
      a.workflowId === handle.workflowId &&
      a.pending === 0 &&
      !a.question.deadline &&
      !a.replies.some((r) => r.outcome.counted),
  );
  if (!open) return undefined;
  const { title, from, options } = open.question;
  const said = open.replies
    .map((r) => (r.outcome.counted ? '' : ` ${r.person} tried: ${r.outcome.why}.`))
    .join('');
  return (
    `the run waits for ever for an answer to "${title}": in this scenario nobody gives one.${said} ` +
    `Let somebody with the role ${from.join(' or ')} answer ${options.map((o) => o.answer).join(', ')}: ` +
    `stage.person('ana', '${from[0]}').answers(${JSON.stringify(title)}, '${options[0]?.answer}')`
  );
}

/** What Temporal says of a workflow task that a busy machine did not get done in time; it is given out once more. */
const TOO_SLOW = /timed out after \d+ms|TMPRL1101/;
/** So often is no machine busy: a runbook that never comes to its next step. */
const TOO_OFTEN = 3;
const NOT_ANSWERED = /(?:Local )?[Aa]ctivity of type (\S+) not registered/;

/** Temporal repeats a workflow task that fails for ever: in a test it is a mistake. */
export const failedTask = async (handle: WorkflowHandle): Promise<string | undefined> =>
  failureIn(await eventsOf(handle));

const eventsOf = async (handle: WorkflowHandle): Promise<readonly HistoryEvent[]> =>
  (await handle.fetchHistory()).events ?? [];

function failureIn(events: readonly HistoryEvent[]): string | undefined {
  const messages = events.flatMap((e) => e.workflowTaskFailedEventAttributes?.failure?.message ?? []);
  const message = messages.find((m) => !TOO_SLOW.test(m)) ?? messages[TOO_OFTEN - 1];
  if (message === undefined) return undefined;
  const step = NOT_ANSWERED.exec(message)?.[1];
  if (step) return unanswered(step);
  return /nondeterminism/i.test(message)
    ? decidedDifferently(message)
    : `the engine could not go on: ${message}`;
}

export const decidedDifferently = (message: string): string =>
  `the runbook decided differently when it was replayed from its history: use no chance, no module state and no clock but Date inside run. ${message}`;
