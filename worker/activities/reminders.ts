import { StepFailure } from '../../activities/kit/index.ts';
import { postponedMoment, reminderMoment, type ReminderClock } from '../../config/index.ts';
import { LedgerRefused } from '../../ledger/errors.ts';
import type { Reminder } from '../../ledger/reminders.ts';
import type { EngineActivities } from '../../workflows/engine-activities.ts';
import { workflowId } from './call-context.ts';
import { nowOf, type ActivityDependencies } from './dependencies.ts';
import { asActivityFailure } from './failures.ts';

/** Reminders are set by words; here they become moments, since zones and holidays are in the configuration. */
export function reminderActivities(
  deps: ActivityDependencies,
): Pick<
  EngineActivities,
  'remind' | 'lookAtReminder' | 'postponeReminder' | 'closeReminder' | 'reopenReminder'
> {
  const { ledger, businessHours } = deps;
  const clockOf = (to: string): ReminderClock => ({ now: nowOf(deps), to, authority: deps, businessHours });
  return {
    remind: async ({ ordinal, ...r }) => {
      const run = workflowId();
      const dueAt = inWords(() => reminderMoment(r.said, clockOf(r.to)));
      await ledger.addReminder({
        ...{ ...r, dueAt, workflowId: run, setBy: run, origin: `reminder ${ordinal} of ${run}` },
      });
    },
    postponeReminder: async ({ id, to, said, for: how, by, reason }) => {
      const until = inWords(() =>
        how === 'week' ? reminderMoment('7 days', clockOf(to)) : postponedMoment(said, clockOf(to)),
      );
      try {
        await ledger.postponeReminder({ id, until, by, reason });
        return { until };
      } catch (error) {
        // Somebody has closed it past its question meanwhile: their word stands.
        if (!(error instanceof LedgerRefused)) throw error;
        return { over: error.message };
      }
    },
    lookAtReminder: async ({ id, of }) => ({
      over: whyOver(await ledger.reminder(id)),
      stoppedBy: (await ledger.orders(of)).stopped?.by,
    }),
    closeReminder: async (r) => void (await ledger.closeReminder(r)),
    reopenReminder: async (r) => {
      try {
        const { workflowId: again } = await ledger.reopenReminder(r);
        return { workflowId: again };
      } catch (error) {
        if (!(error instanceof LedgerRefused)) throw error;
        throw asActivityFailure(new StepFailure('conflict', `not reopened: ${error.message}`));
      }
    },
  };
}

/** Said to the run that asks. */
function whyOver(reminder: Reminder | undefined): string | undefined {
  if (!reminder) return 'the ledger has no such reminder any more';
  const { closed, askedAt, askedBy, dueAt } = reminder;
  if (closed) return `${closed.as} by ${closed.by}, ${closed.at}: ${closed.reason}`;
  if (askedAt === undefined) return `postponed until ${dueAt}`;
  return askedBy === workflowId() ? undefined : `${askedBy} asks now`;
}

/** As ISO 8601. What no worker can ever understand is not tried again. */
function inWords(moment: () => number): string {
  try {
    return new Date(moment()).toISOString();
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw asActivityFailure(new StepFailure('invalid', error.message));
  }
}
