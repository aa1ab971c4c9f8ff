/**
 * The one workflow behind every runbook. The worker's composition root hands in the catalogue, so that the engine
 * imports no runbook; the workflow type says which one this is.
 *
 * However a run ends, in this order: what is owed is put back where its check passes; where it ended early, undo is
 * offered; the ledger gets the whole story; only then the workflow closes.
 */
import {
  ActivityFailure,
  allHandlersFinished,
  ApplicationFailure,
  CancelledFailure,
  CancellationScope,
  condition,
  isCancellation,
  workflowInfo,
} from '@temporalio/workflow';
import { bounded, inPieces } from './bounds.ts';
import { local, ordinary } from './calls.ts';
import { run } from './current-run.ts';
import type { RunbookDefinition } from './define-runbook.ts';
import { PlanRejected } from './endings.ts';
import { failureMessage } from './failure-message.ts';
import { handsOff } from './hands-off.ts';
import { leftBehind } from './left-behind.ts';
import { reminder } from './reminder.ts';
import { isHandOver } from './hand-over.ts';
import type { HistoryBounds } from './history-limits.ts';
import { historyRoom } from './history-room.ts';
import { installHandlers } from './handlers.ts';
import { jsonResult } from './json-result.ts';
import type { RunOutcome, Signed } from './messages.ts';
import { putBackOwed } from './put-back.ts';
import { isAskingSomebody } from './questions.ts';
import './read.ts';
import { isInShadow, lookWhatIsDone } from './shadow.ts';
import { leaveEverything, offerUndo } from './undo.ts';

interface End {
  readonly outcome: RunOutcome;
  readonly result: unknown;
  readonly error?: unknown;
}

/** `historyBounds`: another share of Temporal's limits than usual, for tests. */
export function runbookWorkflow(catalogue: readonly RunbookDefinition[], historyBounds?: HistoryBounds) {
  const byId = new Map([...catalogue, leftBehind, reminder].map((r) => [r.id, r]));
  return async function runRunbook(signedStart: Signed): Promise<{ outcome: RunOutcome; result: unknown }> {
    // Before the handlers, which are called at once with what came already: an alert's end can be the first thing heard.
    run.runbook = byId.get(workflowInfo().workflowType);
    installHandlers();
    if (historyBounds) historyRoom.bounds = historyBounds;
    try {
      // A cancel that comes this early is answered once it is known whose run it is.
      const { unanswered, ...start } = await CancellationScope.nonCancellable(() =>
        local.verifyStart(signedStart),
      );
      run.start = start;
      run.unanswered = unanswered;
    } catch (error) {
      throw ApplicationFailure.nonRetryable(
        `this run was not started by nightshift: ${failureMessage(error)}`,
        'StartRefused',
      );
    }
    run.signedStart = signedStart;
    const end = await beside(await lived());
    run.outcome = end.outcome;
    const result = await CancellationScope.nonCancellable(() => close(end));
    if (end.outcome === 'failed') throw asFailure(end.error);
    if (end.outcome === 'cancelled') throw new CancelledFailure(String(end.result));
    return { outcome: end.outcome, result };
  };
}

/** The second half of a run in shadow. */
async function beside(end: End): Promise<End> {
  if (!isInShadow() || ['cancelled', 'stopped'].includes(end.outcome)) return end;
  try {
    await lookWhatIsDone();
  } catch (error) {
    if (!isCancellation(error)) throw error;
    return cancelled();
  }
  if (!run.stopped) return end;
  const { by, reason } = run.stopped;
  return { outcome: 'stopped', result: `the run was stopped by ${by}: ${reason}` };
}

/** Runs the runbook and says how that ended. Throws nothing: an ordinary error must fail the run, not its workflow task. */
async function lived(): Promise<End> {
  const early = endedEarly();
  if (early) return early;
  if (CancellationScope.current().consideredCancelled) return cancelled();
  const scope = new CancellationScope();
  run.scope = scope;
  try {
    const { runbook, start } = run;
    if (!runbook) throw new Error(`this worker knows no runbook "${workflowInfo().workflowType}"`);
    if (start!.runbook !== runbook.id)
      throw new Error(`the start was signed for "${start!.runbook}", not for "${runbook.id}"`);
    const input = runbook.input.safeParse(start!.input);
    if (!input.success)
      throw new TypeError(
        input.error.issues.map((i) => `input ${i.path.join('.')}: ${i.message}`).join('; '),
      );
    const result = await scope.run(() => runbook.run(input.data));
    const ended = endedEarly();
    if (ended) return ended;
    if (isHandOver(result))
      return {
        outcome: 'handed-over',
        result: jsonResult({ reason: result.reason, ...(result.details as object) }),
      };
    return { outcome: 'completed', result: jsonResult(result ?? null) };
  } catch (error) {
    // Its other branches end with it: nobody is woken, and nothing begun, for a run that is over.
    scope.cancel();
    const ended = endedEarly();
    if (ended) return ended;
    if (error instanceof PlanRejected) return { outcome: 'rejected', result: error.message };
    if (isCancellation(error)) return cancelled();
    return { outcome: 'failed', result: failureMessage(error), error };
  }
}

/** Who cancelled it is in the ledger; a cancel that did not come through nightshift has nobody there. */
async function cancelled(): Promise<End> {
  const { cancelled: order } = await CancellationScope.nonCancellable(() => ordinary.orders());
  const result = order
    ? `the run was cancelled by ${order.by}: ${order.reason}`
    : 'the run was cancelled in Temporal, past nightshift: who did is not known here';
  return { outcome: 'cancelled', result };
}

const endedEarly = (): End | undefined =>
  run.ending && { outcome: run.ending.outcome, result: run.ending.reason };

const ENDED_WELL: readonly RunOutcome[] = ['completed', 'handed-over'];

/** Answers the result as it may travel. */
async function close({ outcome, result }: End): Promise<unknown> {
  await handsOff();
  // A branch of a Promise.all whose sibling failed may still have a change under way.
  await condition(() => run.attempting === 0 && (ENDED_WELL.includes(outcome) || !isAskingSomebody()));
  if (outcome === 'stopped') run.stopped ??= (await ordinary.orders()).stopped;
  await putThingsRight({ outcome, result });
  if (run.stopped) await leaveEverything(run.stopped);
  if (run.assumed.length)
    run.journal.say({
      kind: 'note',
      name: 'tried',
      text: `Only tried, nothing was carried out. It was assumed that: ${run.assumed.join('; ')}`,
    });
  if (outcome === 'completed' && run.unproposed.size) {
    const forgotten = [...run.unproposed].map((c) => c.summary).join('; ');
    run.journal.say(
      {
        kind: 'note',
        name: 'never proposed',
        text: `Made and never proposed, so not carried out: ${forgotten}`,
      },
      'failed',
    );
  }
  await Promise.allSettled(run.background);
  await condition(() => run.attempting === 0);
  run.journal.say(
    { kind: 'end', name: outcome, text: typeof result === 'string' ? result : outcome },
    ENDED_WELL.includes(outcome) ? 'ok' : 'failed',
  );
  const { entries } = run.journal;
  const kept = bounded(result, entries.length + 1);
  const pieces = inPieces([...entries, ...kept.lines]);
  const last = pieces.pop()!;
  for (const lines of pieces) await ordinary.keepStory({ lines });
  await ordinary.endRun({ outcome, result: kept.result, journal: last, owner: run.owner });
  await condition(allHandlersFinished);
  return kept.result;
}

/** Puts back, and offers the undo where the run ended early. A stop ends this as well. */
async function putThingsRight({ outcome, result }: End): Promise<void> {
  if (run.stopped) return;
  const scope = new CancellationScope();
  run.scope = scope;
  try {
    await scope.run(async () => {
      const endedEarly = !ENDED_WELL.includes(outcome);
      await putBackOwed({ endedEarly });
      if (endedEarly) await offerUndo(typeof result === 'string' ? result : outcome);
    });
  } catch (error) {
    if (!run.stopped || !isCancellation(error)) throw error;
  }
}

/** Letters of an error's message; all of it is the run's result in the record. */
const LONGEST_MESSAGE = 10_000;

function asFailure(error: unknown): Error {
  if (error instanceof ApplicationFailure || error instanceof ActivityFailure) return error;
  const { message: whole, name } = error instanceof Error ? error : new Error(String(error));
  const message = whole.length > LONGEST_MESSAGE ? `${whole.slice(0, LONGEST_MESSAGE)} [cut]` : whole;
  return ApplicationFailure.create({
    message,
    type: name,
    nonRetryable: true,
    ...(error instanceof Error && message === whole ? { cause: error } : {}),
  });
}
