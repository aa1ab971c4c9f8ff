import type { Alert, Ledger, RefusedInput } from '../../ledger/api.ts';
import { LedgerUnavailable } from '../../ledger/errors.ts';
import type { RunbookDefinition } from '../../workflows/define-runbook.ts';
import type { Log } from '../log.ts';
import type { Metrics } from '../metrics.ts';
import { ProblemError } from '../problem-error.ts';
import { matchTriggers } from './match-triggers.ts';
import { tellRefused } from './tell-refused.ts';

export interface AlertReceipt {
  readonly alertId: string;
  readonly duplicate: boolean;
  readonly runs: readonly { readonly workflowId: string; readonly effect: string }[];
  /** Runbooks that matched and could not start, and why; the alert is recorded all the same. */
  readonly refused: readonly RefusedInput[];
}

export interface ReceiveAlertsDeps {
  readonly ledger: Pick<Ledger, 'receiveAlert'>;
  readonly runbooks: readonly RunbookDefinition[];
  /** Their alerts start runs that only try. */
  readonly inShadow: ReadonlySet<string>;
  readonly metrics: Metrics;
  readonly log: Log;
  readonly wake: () => void;
}

/**
 * Writes each alert down with the runs that it starts, joins or resolves; what is returned has been committed. One that
 * the ledger does not take keeps no other from being taken. Throws when there was one, or when the ledger is away: the
 * sender repeats the whole delivery then, and those already taken are duplicates.
 */
export async function receiveAlerts(
  deps: ReceiveAlertsDeps,
  alerts: readonly Alert[],
): Promise<AlertReceipt[]> {
  const receipts: AlertReceipt[] = [];
  const failures: unknown[] = [];
  try {
    for (const alert of alerts) {
      try {
        receipts.push(await receiveAlert(deps, alert));
      } catch (error) {
        if (error instanceof LedgerUnavailable) throw error;
        const { source, name, fingerprint } = alert;
        deps.log.error(
          { err: error, source, alert: name, fingerprint },
          'the ledger did not take this alert',
        );
        failures.push(error);
      }
    }
  } finally {
    if (receipts.some((r) => r.runs.length > 0)) deps.wake();
  }
  if (failures.length > 0) {
    throw new ProblemError(
      'internal',
      `${failures.length} of ${alerts.length} alerts could not be written down, the gateway's log says why; the others are taken`,
      { cause: failures[0] },
    );
  }
  return receipts;
}

async function receiveAlert(deps: ReceiveAlertsDeps, alert: Alert): Promise<AlertReceipt> {
  const { ledger, runbooks, inShadow, metrics, log } = deps;
  const { matches: found, refused } = matchTriggers(runbooks, alert);
  const matches = found.map((match) => ({ ...match, shadow: inShadow.has(match.runbook) }));
  const { alertId, duplicate, runs } = await ledger.receiveAlert(alert, matches, refused);
  if (!duplicate) tellRefused(deps, { alertId, name: alert.name }, refused);
  if (duplicate) metrics.alert(alert.source, 'duplicate');
  else if (runs.length === 0) metrics.alert(alert.source, refused.length > 0 ? 'refused' : 'unmatched');
  else for (const { effect } of runs) metrics.alert(alert.source, effect);
  log.info(
    { alertId, source: alert.source, alert: alert.name, status: alert.status, duplicate, runs },
    'alert',
  );
  return { alertId, duplicate, runs, refused };
}
