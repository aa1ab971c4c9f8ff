/** Why a run will never go on, so that a test fails with a sentence instead of with its time limit. */
import type { WorkflowHandle } from '@temporalio/client';
import type { Company } from '../company.ts';
import { unanswered } from '../staff.ts';

/** How long nothing may happen, by the machine's clock, before a question that nobody will answer counts as the end. */
const PATIENCE_MS = 3_000;
/** A history is looked at when nothing has happened for this long. */
const LOOK_AFTER_MS = 400;

export async function stuckBecause(company: Company, handle: WorkflowHandle): Promise<string | undefined> {
  const quiet = company.working > 0 ? 0 : Date.now() - company.lastSign;
  if (quiet < LOOK_AFTER_MS) return undefined;
  const failed = await failedTask(handle);
  if (failed) return failed;
  return quiet < PATIENCE_MS ? undefined : waitsForEver(company, handle);
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

const NOT_ANSWERED = /(?:Local )?[Aa]ctivity of type (\S+) not registered/;

/** Temporal repeats a workflow task that fails for ever: in a test it is a mistake. */
export async function failedTask(handle: WorkflowHandle): Promise<string | undefined> {
  const { events } = await handle.fetchHistory();
  const message = events?.flatMap((e) => e.workflowTaskFailedEventAttributes?.failure?.message ?? [])[0];
  if (message === undefined) return undefined;
  const step = NOT_ANSWERED.exec(message)?.[1];
  if (step) return unanswered(step);
  return /nondeterminism/i.test(message)
    ? decidedDifferently(message)
    : `the engine could not go on: ${message}`;
}

export const decidedDifferently = (message: string): string =>
  `the runbook decided differently when it was replayed from its history: use no chance, no module state and no clock but Date inside run. ${message}`;
