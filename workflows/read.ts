import { isCancellation, scheduleActivity, scheduleLocalActivity } from '@temporalio/workflow';
import { bindCaller, milliseconds, type CallOptions, type ReadContract } from '../activities/kit/index.ts';
import { artefactsIn } from './artefacts-in.ts';
import { READ_RETRY } from './calls.ts';
import { run } from './current-run.ts';
import { activityType } from './engine-activities.ts';
import { failed, failureMessage } from './failure-message.ts';
import { handsOff, isInHands } from './hands-off.ts';
import { heldWithOthers } from './held-reads.ts';
import { historyRoom } from './history-room.ts';
import { isAskingSomebody } from './questions.ts';
import { readBegins, readEnds, turnToRead } from './reads-at-once.ts';

/** Reads up to this long run in the workflow's own worker: 2 ms a step instead of 7 to 100. */
const LOCAL_LIMIT_MS = 5_000;
const DEFAULT_TIMEOUT = '5s';

/**
 * Calls a read and answers its parsed output. A failure for good is put before a person, thrown (`onFailure: 'abort'`) or
 * answered (`'continue'`). Not an async function: Temporal's sandbox keeps a stack for every promise, and a step should cost
 * one of ours, not three.
 */
function read(contract: ReadContract, input: unknown, options: CallOptions = {}): Promise<unknown> {
  const wait = isInHands() ? handsOff() : (historyRoom.ahead() ?? turnToRead());
  return wait ? wait.then(() => read(contract, input, options)) : readNow(contract, input, options);
}

function readNow(contract: ReadContract, input: unknown, options: CallOptions): Promise<unknown> {
  const summary = contract.summary(input);
  const entry = run.journal.begin({ kind: 'read', name: contract.name, text: summary });
  readBegins();
  return callRead(contract, input, summary).then(
    (output) => {
      readEnds();
      entry.end('ok', factsOf(output));
      return options.onFailure === 'continue' ? { ok: true, value: output } : output;
    },
    async (error: unknown) => {
      readEnds();
      if (isCancellation(error)) {
        entry.end('skipped');
        throw error;
      }
      entry.end('failed', { text: `${summary}: ${failureMessage(error)}` });
      if (options.onFailure === 'abort') throw error;
      if (options.onFailure === 'continue') return failed(error);
      await heldWithOthers(summary, error);
      return read(contract, input, options);
    },
  );
}

/** An Update waits for a local activity to end, so while a question is open reads are ordinary activities. */
function callRead(contract: ReadContract, input: unknown, summary: string): Promise<unknown> {
  const timeout = contract.timeout ?? DEFAULT_TIMEOUT;
  const options = { startToCloseTimeout: timeout, retry: READ_RETRY, summary };
  return milliseconds(timeout) <= LOCAL_LIMIT_MS && !isAskingSomebody()
    ? scheduleLocalActivity(activityType.read(contract.name), [input], options)
    : scheduleActivity(activityType.read(contract.name), [input], { ...options, heartbeatTimeout: '20s' });
}

function factsOf(output: unknown): { facts: Readonly<Record<string, unknown>> } | undefined {
  if (typeof output !== 'object' || output === null) return undefined;
  const kept = artefactsIn(output);
  if (!('verdict' in output)) return kept && { facts: kept };
  const { verdict } = output;
  return { facts: { verdict, reason: 'reason' in output ? output.reason : undefined, ...kept } };
}

bindCaller({ read, made: (change) => run.unproposed.add(change) });
