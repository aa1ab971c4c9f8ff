import type { Ledger, PendingSignal } from '../../ledger/api.ts';
import type { RunbookDefinition } from '../../workflows/define-runbook.ts';
import type { Log } from '../log.ts';
import { matchTriggers } from './match-triggers.ts';

export interface ReceiveAgainDeps {
  readonly ledger: Pick<Ledger, 'run' | 'receivedAlert' | 'receiveAgain'>;
  readonly runbooks: readonly RunbookDefinition[];
  readonly log: Log;
}

/** An alert that a run did not hear of, because it was over: what it would start, join or wait for if it came now. */
export async function receiveAgain(
  { ledger, runbooks, log }: ReceiveAgainDeps,
  signal: PendingSignal & { kind: 'repeated' },
): Promise<void> {
  const { id: signalId, alertId, workflowId } = signal;
  const [run, alert] = await Promise.all([ledger.run(workflowId), ledger.receivedAlert(alertId)]);
  const itsRunbook = runbooks.filter(({ id }) => id === run?.runbook);
  const { matches } = alert ? matchTriggers(itsRunbook, alert) : { matches: [] };
  const runs = await ledger.receiveAgain({ signalId, match: matches[0] });
  log.warn(
    { alertId, alert: alert?.name, ended: workflowId, runs },
    matches.length > 0
      ? 'an alert joined a run that was over; it was received anew'
      : 'an alert joined a run that was over, and no runbook fits it any more',
  );
}
