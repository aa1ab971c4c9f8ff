import { ApplicationFailure, ApplicationFailureCategory } from '@temporalio/common';
import { StepFailure } from '../../activities/kit/index.ts';
import type { Ledger } from '../../ledger/api.ts';
import { LedgerRefused } from '../../ledger/errors.ts';
import { NOT_YET, type EngineActivities } from '../../workflows/engine-activities.ts';
import { workflowId } from './call-context.ts';
import type { ActivityDependencies } from './dependencies.ts';
import { asActivityFailure } from './failures.ts';
import { verifiedStart } from './statements.ts';

/** What a run asks about the runs that it starts. */
export function otherRunActivities(
  deps: ActivityDependencies,
): Pick<EngineActivities, 'requestRun' | 'runEnd' | 'stopRun' | 'cancelRun'> {
  const { ledger } = deps;
  return {
    requestRun: async ({ start, ordinal, ...asked }) => {
      const run = workflowId();
      const { runbook: source, trigger, dryRun } = verifiedStart(deps, start, run);
      const { authenticated, person } = trigger;
      try {
        const row = await ledger.requestRun({
          ...asked,
          dryRun,
          // Whoever asked for the first asked for all: four eyes and the policy see through.
          trigger: { kind: 'run', source, run, authenticated, ...(person !== undefined && { person }) },
          requestId: `run ${ordinal} of ${run}`,
        });
        return { workflowId: row.workflowId };
      } catch (error) {
        if (!(error instanceof LedgerRefused)) throw error;
        throw asActivityFailure(new StepFailure('invalid', error.message));
      }
    },
    runEnd: async ({ workflowId: asked }) => {
      const id = await goesOnAs(ledger, asked);
      const row = await ledger.run(id);
      if (row?.status === 'ended')
        return { outcome: row.outcome ?? 'terminated', result: row.result ?? null };
      // Its retries are the wait, and no fault that anybody should read of.
      throw ApplicationFailure.create({
        type: NOT_YET,
        message: `${id} has not ended`,
        category: ApplicationFailureCategory.BENIGN,
      });
    },
    cancelRun: async ({ workflowId: asked, reason }) => {
      const id = await goesOnAs(ledger, asked);
      try {
        await ledger.cancelRun(id, { reason, by: workflowId() });
      } catch (error) {
        // It is over: nothing is left to cancel.
        if (!(error instanceof LedgerRefused)) throw error;
      }
      return { workflowId: id };
    },
    stopRun: async ({ workflowId: asked, reason }) => {
      const id = await goesOnAs(ledger, asked);
      // Nothing is written about a run that is over: its record is sealed.
      if ((await ledger.run(id))?.status === 'ended') return;
      await ledger.stopRun(id, { reason, by: workflowId() });
    },
  };
}

/** The id that a run has now: it is given the next one where Temporal has another run under its own. */
async function goesOnAs(ledger: Pick<Ledger, 'run'>, workflowId: string): Promise<string> {
  const next = (await ledger.run(workflowId))?.goesOnAs;
  return next === undefined ? workflowId : goesOnAs(ledger, next);
}
