import { CancelledFailure, CancellationScope } from '@temporalio/workflow';
import { run } from './current-run.ts';

/** Between two changes a run may end; within one it does not. */
export async function safePoint(): Promise<void> {
  // The run is over for its runbook (a sibling of a Promise.all failed): nothing more of this branch happens.
  if (run.outcome) await new Promise(() => {});
  if (CancellationScope.current().consideredCancelled)
    throw new CancelledFailure('the run was asked to stop');
}
