import { StepFailure } from '../../activities/kit/index.ts';
import { postponedMoment, reminderMoment, type ReminderClock } from '../../config/index.ts';
import { LedgerRefused } from '../../ledger/errors.ts';
import type { EngineActivities } from '../../workflows/engine-activities.ts';
import { workflowId } from './call-context.ts';
import { nowOf, type ActivityDependencies } from './dependencies.ts';
import { asActivityFailure } from './failures.ts';

/** Reminders are set by words; here they become moments, since zones and holidays are in the configuration. */
export function reminderActivities(
  deps: ActivityDependencies,
): Pick<EngineActivities, 'remind' | 'postponeReminder' | 'closeReminder' | 'requestAgain'> {
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
      // Somebody may have closed it past its question meanwhile: their word stands.
      await ledger.postponeReminder({ id, until, by, reason }).catch(refusedIsOver);
      return { until };
    },
    closeReminder: async (r) => void (await ledger.closeReminder(r)),
    requestAgain: async ({ of, person }) => {
      const { workflowId: id } = await ledger.requestAgain({
        ...{ of, person, requestId: `reopened by ${workflowId()}` },
      });
      return { workflowId: id };
    },
  };
}

function refusedIsOver(error: unknown): void {
  if (!(error instanceof LedgerRefused)) throw error;
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
