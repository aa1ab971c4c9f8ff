import { setCurrentDetails } from '@temporalio/workflow';
import type { CurrentRun } from './current-run.ts';
import { doingNow } from './doing.ts';

/** Shows in Temporal's own UI and CLI what the run does now, or for what and whom it waits, since when. */
export function showCurrent(run: CurrentRun): void {
  const { doing, waitingFor } = doingNow(run);
  setCurrentDetails(
    waitingFor ? `${doing} (${waitingFor.whom.join(', ')}; since ${waitingFor.since})` : doing,
  );
}
