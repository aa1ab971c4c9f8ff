/**
 * The engine's own runbook for what somebody is to be asked about later. The reminder waits in the ledger; the gateway starts
 * this when it is due. Where it has a check, that is looked at first, and while it passes nobody is asked.
 */
import { ApplicationFailure, isCancellation, scheduleActivity } from '@temporalio/workflow';
import { z } from 'zod';
import type { Verdict } from '../activities/kit/index.ts';
import { ordinary } from './calls.ts';
import { lastVerdict } from './check.ts';
import { run } from './current-run.ts';
import { defineRunbook } from './define-runbook.ts';
import { activityType } from './engine-activities.ts';
import { failureMessage } from './failure-message.ts';
import { REMINDER } from './messages.ts';
import { ask } from './questions.ts';

const OPTIONS = {
  close: 'it is done, or no longer wanted',
  postpone: 'ask again on the next working day, at the same time',
  'postpone-a-week': 'ask again in a week',
  reopen: 'it is not over: run the runbook again, with the same input',
} as const;

export const reminder = defineRunbook({
  id: REMINDER.runbook,
  title: 'A reminder',
  // Each run of it asks whoever is to be reminded.
  owner: 'nobody',
  description: 'Asks about what a run or a person wanted to be looked at later.',
  input: z.object({
    id: z.string(),
    text: z.string(),
    to: z.string(),
    /** The run that set it; empty where a person did. */
    of: z.string(),
    setBy: z.string(),
    setAt: z.string(),
    said: z.string(),
    unless: z.object({ step: z.string(), input: z.json(), summary: z.string() }).optional(),
  }),
  correlationKey: ({ id }) => id,
  async run({ id, text, to, of, setBy, setAt, said, unless }) {
    run.actsFor = to;
    let now = await ordinary.lookAtReminder({ id, of });
    if (now.over !== undefined) return nobodyAsked(now.over);
    const looked = unless && (await look(unless));
    if (looked?.verdict === 'pass') {
      await ordinary.closeReminder({ id, as: 'passed', by: run.workflowId, reason: looked.reason });
      return nobodyAsked(looked.reason);
    }
    // A look may take minutes.
    if (looked) now = await ordinary.lookAtReminder({ id, of });
    if (now.over !== undefined) return nobodyAsked(now.over);
    const answered = await ask({
      kind: 'reminder',
      title: text,
      body: [
        `Set by ${of === '' ? setBy : `run ${of}`}, ${setAt}, for ${said}.`,
        looked ? `${unless.summary}: ${looked.verdict}, ${looked.reason}` : '',
        now.stoppedBy === undefined
          ? ''
          : `That run was stopped by ${now.stoppedBy}: to run it again, start it by hand.`,
      ]
        .filter((line) => line !== '')
        .join('\n\n'),
      options: Object.entries(OPTIONS)
        .filter(([answer]) => answer !== 'reopen' || (of !== '' && now.stoppedBy === undefined))
        .map(([answer, meaning]) => ({ answer, meaning })),
      from: [to],
      quorum: 1,
      within: '7 days',
      silence: 'After a week it is closed as not answered.',
    });
    if (answered.answer === undefined) {
      await ordinary.closeReminder({ id, as: 'not-answered', by: run.workflowId, reason: '' });
      return 'not answered';
    }
    const { answer, reason } = answered;
    const by = answered.people.join(', ');
    if (answer === 'postpone' || answer === 'postpone-a-week') {
      const how = answer === 'postpone' ? 'working-day' : 'week';
      const postponed = await ordinary.postponeReminder({ id, to, said, for: how, by, reason });
      return 'over' in postponed
        ? `${by}: not postponed, ${postponed.over}`
        : `${by}: again ${postponed.until}`;
    }
    if (answer !== 'reopen') {
      await ordinary.closeReminder({ id, as: 'closed', by, reason });
      return `${by}: closed`;
    }
    const { workflowId } = await ordinary.reopenReminder({ id, by, reason });
    return `${by}: reopened as ${workflowId}`;
  },
});

const nobodyAsked = (why: string): string => `nobody was asked: ${why}`;

/** The type of Temporal's own failure where a worker has no activity of that name. */
const NO_SUCH_STEP = 'NotFoundError';
const isGone = ({ cause }: { readonly cause?: unknown }): boolean =>
  cause instanceof ApplicationFailure && cause.type === NO_SUCH_STEP;

/** A look that fails is an answer as well: then somebody is asked. */
async function look({
  step,
  input,
  summary,
}: {
  step: string;
  input: unknown;
  summary: string;
}): Promise<Verdict> {
  const entry = run.journal.begin({ kind: 'check', name: step, text: summary });
  let seen: Verdict;
  try {
    seen = await scheduleActivity<Verdict>(activityType.check(step), [input], {
      ...{
        startToCloseTimeout: '60s',
        scheduleToCloseTimeout: '10 minutes',
        heartbeatTimeout: '20s',
        summary,
      },
      retry: { initialInterval: '1s', maximumAttempts: 3, nonRetryableErrorTypes: [NO_SUCH_STEP] },
    });
  } catch (error) {
    if (isCancellation(error)) throw error;
    seen = lastVerdict(error) ?? {
      verdict: 'unknown',
      reason: isGone(error as Error) ? `no worker has the step ${step} any more` : failureMessage(error),
    };
  }
  entry.end(seen.verdict === 'pass' ? 'ok' : 'failed', { facts: { ...seen } });
  return seen;
}
