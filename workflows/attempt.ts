import { CancellationScope, scheduleActivity, sleep } from '@temporalio/workflow';
import { isAtLeast, milliseconds, type FailedKind, type Position } from '../activities/kit/index.ts';
import { apply } from './change-worker.ts';
import { run } from './current-run.ts';
import {
  activityType,
  type ApplyAnswer,
  type ApplyRequest,
  type SettleAnswer,
  type SettleRequest,
} from './engine-activities.ts';
import { failureMessage } from './failure-message.ts';
import { CHANGE_TASK_QUEUE } from './messages.ts';
import { changeAt, type GrantedPlan } from './plan.ts';
import { handsOff } from './hands-off.ts';
import { holdsOf } from './plan-holds.ts';

/** How one attempt at a change ended, sorted by what can happen next. */
export type Attempted =
  | Extract<ApplyAnswer, { state: 'done' }>
  /** What the person saw no longer holds: ask again. */
  | { readonly state: 'conflict'; readonly message: string }
  | { readonly state: 'stopped'; readonly message: string }
  /** Not done, and that is certain: may be tried again when a person says so. */
  | { readonly state: 'not-done'; readonly kind: FailedKind; readonly message: string }
  /** Another run, or a disruption budget, is in the way: not begun, and worth trying again soon. */
  | { readonly state: 'must-wait'; readonly message: string }
  /** Nobody can tell; trying again first looks again. */
  | { readonly state: 'unknown'; readonly message: string }
  /** Can never be carried out like this. */
  | { readonly state: 'final'; readonly message: string };

/** The worker's own limit is the contract's; this only bounds the wait for a worker that is gone. */
const ATTEMPT_LIMIT = '10 minutes';
const HEARTBEAT = '10s';
/** About two minutes with the pauses between them. */
const MAX_TRIES_TO_BEGIN = 15;

/** Hands the change to the change worker, settling an earlier attempt that has no result first. Never cut by a cancel. */
export async function attempt(granted: GrantedPlan, position: Position): Promise<Attempted> {
  await handsOff();
  const { request, step, summary } = requestFor(granted, position);
  const changes = isAtLeast(request.change.risk, 'reversible') ? 1 : 0;
  run.changesBegun += changes;
  run.attempting++;
  const tried = await CancellationScope.nonCancellable(async (): Promise<Attempted> => {
    for (let tries = 1; ; tries++) {
      const now: ApplyRequest = { ...request, requestedAt: run.nextRequest() };
      const { answer, lost } = await begin(step, now, summary);
      if (answer.state !== 'unknown') return sorted(told(answer));
      const settled = await settle(step, { ...now, mode: 'open' }, summary);
      if (settled.state === 'done' || settled.state === 'failed') return sorted(told(settled));
      if (settled.state === 'unknown') return { state: 'unknown', message: settled.reason };
      if (settled.state === 'not-applied') {
        const what = lost
          ? `the worker was lost while it carried this out (${answer.message})`
          : answer.message;
        return {
          state: 'not-done',
          kind: 'not-applied',
          message: `${what}; looking at the target shows that it was not done`,
        };
      }
      // No intent was written, so the next try is still the first attempt: the ledger or the worker was away.
      if (tries === MAX_TRIES_TO_BEGIN)
        return {
          state: 'not-done',
          kind: 'no-answer',
          message: `it could not be begun: ${answer.message}`,
        };
      await sleep(Math.min(250 * 2 ** tries, 10_000));
    }
  }).finally(() => run.attempting--);
  if (tried.state === 'must-wait') run.changesBegun -= changes;
  return tried;
}

/** A person says that they did it: believed when the probe agrees. */
export async function attemptByHand(
  granted: GrantedPlan,
  position: Position,
  person: string,
): Promise<Attempted> {
  const { request, step, summary } = requestFor(granted, position);
  return CancellationScope.nonCancellable(async () => {
    const now: ApplyRequest = { ...request, requestedAt: run.nextRequest() };
    const settled = await settle(step, { ...now, mode: 'by-hand', person }, summary);
    if (settled.state === 'done') return told(settled);
    if (settled.state === 'unknown')
      return { state: 'unknown', message: `it cannot be verified: ${settled.reason}` };
    return {
      state: 'not-done',
      kind: 'not-applied',
      message: 'looking at the target shows that it is not done',
    };
  });
}

function requestFor(
  granted: GrantedPlan,
  position: Position,
): { request: Omit<ApplyRequest, 'requestedAt'>; step: string; summary: string } {
  const change = changeAt(granted, position);
  const acting = position.kind === 'undo' ? change.undo! : change;
  return {
    request: {
      runbook: run.runbook?.id ?? '',
      owner: run.owner,
      plan: granted.digest,
      position,
      change,
      grant: granted.grant,
      holds: holdsOf(granted, position),
    },
    step: acting.step,
    summary: acting.summary,
  };
}

/** `lost`: the worker itself said nothing. */
async function begin(
  step: string,
  request: ApplyRequest,
  summary: string,
): Promise<{ readonly answer: ApplyAnswer; readonly lost: boolean }> {
  try {
    const answer = await apply(step, request, {
      startToCloseTimeout: ATTEMPT_LIMIT,
      heartbeatTimeout: HEARTBEAT,
      retry: { maximumAttempts: 1 },
      summary,
    });
    return { answer, lost: false };
  } catch (error) {
    return { answer: { state: 'unknown', message: failureMessage(error) }, lost: true };
  }
}

/** About five minutes; then a person has to look. */
const MAX_PROBES = 30;

/** Waits until the attempt can no longer be running, then asks the probe. A probe that fails cannot tell: `unknown`. */
async function settle(
  step: string,
  request: SettleRequest,
  summary: string,
): Promise<Exclude<SettleAnswer, { state: 'not-due' }>> {
  for (;;) {
    const answer = await scheduleActivity<SettleAnswer>(activityType.settle(step), [request], {
      taskQueue: CHANGE_TASK_QUEUE,
      startToCloseTimeout: '60s',
      heartbeatTimeout: HEARTBEAT,
      retry: { initialInterval: '1s', maximumInterval: '10s', maximumAttempts: MAX_PROBES },
      summary: `what became of: ${summary}`,
    }).catch((error: unknown): SettleAnswer => ({ state: 'unknown', reason: failureMessage(error) }));
    if (answer.state !== 'not-due') return answer;
    await sleep(Math.max(milliseconds('1s'), Date.parse(answer.at) - Date.now()));
  }
}

/** Says what of other runs went away with it. */
function told<A extends ApplyAnswer>(answer: A): A {
  if (answer.state !== 'done') return answer;
  for (const { workflowId, what } of answer.adopted ?? [])
    run.journal.say({
      kind: 'note',
      name: 'adopted',
      text: `This took away what run ${workflowId} had left: ${what}`,
    });
  return answer;
}

function sorted(answer: Exclude<ApplyAnswer, { state: 'unknown' }>): Attempted {
  if (answer.state === 'done') return answer;
  const message = 'next' in answer && answer.next ? `${answer.message}. ${answer.next}` : answer.message;
  if (answer.state === 'failed')
    return answer.kind === 'conflict'
      ? { state: 'conflict', message }
      : { state: 'not-done', kind: answer.kind, message };
  switch (answer.why) {
    case 'stopped':
      return { state: 'stopped', message };
    case 'grant-expired':
    case 'policy-asks-people':
      return { state: 'conflict', message };
    case 'hash-mismatch':
    case 'grant-used':
    case 'not-granted':
      return { state: 'final', message };
    case 'frozen':
    case 'superseded':
    case 'deadlock':
      return { state: 'not-done', kind: 'refused', message };
    case 'locked':
    case 'taken-over':
    case 'over-budget':
      return { state: 'must-wait', message };
  }
}
