/**
 * A run that starts another: the other has its own record, asks its own questions and earns its own grants. It is asked
 * for in the ledger, as a person asks for one, and started by the gateway, which alone can sign a start.
 */
import { CancellationScope, getExternalWorkflowHandle, isCancellation } from '@temporalio/workflow';
import type { z } from 'zod';
import { ordinary } from './calls.ts';
import { run } from './current-run.ts';
import type { Runbook } from './define-runbook.ts';
import { handsOff } from './hands-off.ts';
import { historyRoom } from './history-room.ts';
import type { HandOver } from './hand-over.ts';
import type { RunOutcome } from './messages.ts';
import { isTrying, triedUpTo } from './trying.ts';

/** How a run that was started here has ended. `run` is its workflow id. */
export type RunEnded<R> =
  | { readonly run: string; readonly outcome: 'completed'; readonly result: Exclude<R, HandOver> }
  | { readonly run: string; readonly outcome: Exclude<RunOutcome, 'completed'>; readonly result: unknown };

/**
 * Starts another runbook with this input and waits until its run has ended, however it does: look at the outcome. A
 * cancel and a stop of this run reach it. Throws a TypeError for an input that does not fit, before anything is started.
 */
export async function runRunbook<S extends z.ZodType, R>(
  runbook: Runbook<S, R>,
  input: z.input<S>,
): Promise<RunEnded<R>> {
  const parsed = runbook.input.safeParse(input);
  if (!parsed.success) {
    const wrong = parsed.error.issues.map((i) => `${i.path.join('.')}: ${i.message}`).join('; ');
    throw new TypeError(`the input for runbook "${runbook.id}" is wrong: ${wrong}`);
  }
  if (runbook.id === run.runbook?.id && runbook.runsAtOnce !== undefined)
    throw new TypeError(
      `runbook "${runbook.id}" starts itself and waits, with runsAtOnce: both would wait for ever`,
    );
  await historyRoom.ahead();
  await handsOff();
  const { workflowId } = await CancellationScope.nonCancellable(() =>
    ordinary.requestRun({
      start: run.signedStart!,
      ordinal: run.next('run'),
      runbook: runbook.id,
      title: runbook.title,
      input,
      correlationKey: runbook.correlationKey(parsed.data),
      runsAtOnce: runbook.runsAtOnce,
    }),
  );
  const entry = run.journal.begin(
    {
      kind: 'run',
      name: workflowId,
      text: `${runbook.title}: run ${workflowId}`,
      facts: { run: workflowId },
    },
    'waiting',
  );
  try {
    const ended = await ordinary.runEnd({ workflowId });
    entry.end(ended.outcome === 'completed' ? 'ok' : 'failed', { facts: { outcome: ended.outcome } });
    if (isTrying()) triedUpTo(`${workflowId} shows what it would do, and has no result to go on with`);
    return { run: workflowId, ...ended } as RunEnded<R>;
  } catch (error) {
    if (isCancellation(error)) await CancellationScope.nonCancellable(() => cancel(workflowId));
    entry.end(isCancellation(error) ? 'skipped' : 'failed');
    throw error;
  }
}

/** Waits for its end as well: what it undoes or puts back comes before this run's own. */
async function cancel(workflowId: string): Promise<void> {
  const reason = 'it started this run, and was cancelled';
  const now = await ordinary.cancelRun({ workflowId, reason });
  const reached = await getExternalWorkflowHandle(now.workflowId)
    .cancel()
    .then(
      () => true,
      () => false,
    );
  if (reached) await ordinary.runEnd({ workflowId });
  // Not begun, or over: whatever becomes of it, it changes nothing any more.
  else await ordinary.stopRun({ workflowId, reason: `${run.workflowId}, which started it, was cancelled` });
}
