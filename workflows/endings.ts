import type { RunOutcome } from './messages.ts';

/** The plan was answered with no, or with silence. Uncaught it ends the run as `rejected`. */
export class PlanRejected extends Error {
  override readonly name = 'PlanRejected';
}

/** Why the engine ends the run although the runbook has not returned: a person's abort, a stop, a point that trying does not pass. */
export interface Ending {
  readonly outcome: RunOutcome;
  readonly reason: string;
}
