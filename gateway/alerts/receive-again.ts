import type { Ledger, PendingSignal } from '../../ledger/api.ts';
import type { RunbookDefinition } from '../../workflows/define-runbook.ts';
import type { Log } from '../log.ts';
import type { Metrics } from '../metrics.ts';
import { matchTriggers } from './match-triggers.ts';
import { tellRefused } from './tell-refused.ts';

export interface ReceiveAgainDeps {
  readonly ledger: Pick<Ledger, 'run' | 'receivedAlert' | 'receiveAgain'>;
  readonly runbooks: readonly RunbookDefinition[];
  readonly metrics: Pick<Metrics, 'inputRefused'>;
  readonly log: Log;
}

/** An alert that a run did not hear of, because it was over: what it would start, join or wait for if it came now. */
export async function receiveAgain(
  deps: ReceiveAgainDeps,
  signal: PendingSignal & { kind: 'repeated' },
): Promise<void> {
  const { ledger, runbooks, log } = deps;
  const { id: signalId, alertId, workflowId } = signal;
  const [run, alert] = await Promise.all([ledger.run(workflowId), ledger.receivedAlert(alertId)]);
  const itsRunbook = runbooks.filter(({ id }) => id === run?.runbook);
  const { matches, refused } = alert ? matchTriggers(itsRunbook, alert) : { matches: [], refused: [] };
  const match = matches[0] && { ...matches[0], shadow: run?.shadow };
  const runs = await ledger.receiveAgain({ signalId, match, refused });
  // Another gateway did this before, and told.
  if (runs === undefined) return;
  if (alert) tellRefused(deps, { alertId, name: alert.name }, refused);
  log.warn(
    { alertId, alert: alert?.name, ended: workflowId, runs },
    matches.length > 0
      ? 'an alert joined a run that was over; it was received anew'
      : refused.length > 0
        ? 'an alert joined a run that was over, and the next run could not start'
        : 'an alert joined a run that was over, and no runbook fits it any more',
  );
}
