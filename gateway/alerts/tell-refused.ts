import type { RefusedInput } from '../../ledger/api.ts';
import type { Log } from '../log.ts';
import type { Metrics } from '../metrics.ts';

/** Counts and logs the runbooks that an alert matched and could not start. */
export function tellRefused(
  { metrics, log }: { readonly metrics: Pick<Metrics, 'inputRefused'>; readonly log: Log },
  alert: { readonly alertId: string; readonly name: string },
  refused: readonly RefusedInput[],
): void {
  for (const { runbook, message } of refused) {
    metrics.inputRefused(runbook);
    log.warn(
      { alertId: alert.alertId, alert: alert.name, runbook, why: message },
      'an alert matched, but the run could not start',
    );
  }
}
