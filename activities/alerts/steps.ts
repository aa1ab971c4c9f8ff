import { implementRead, type ImplementedStep } from '../kit/index.ts';
import { alerts } from './contract.ts';
import { toldHistory, type ReceivedFirings } from './contract/told-history.ts';

/** What is asked of whoever keeps the alerts. */
export interface ReceivedAlerts {
  alertHistory(filter: {
    readonly name?: string | undefined;
    readonly labels: Readonly<Record<string, string>>;
    readonly fingerprint?: string | undefined;
    readonly since: string;
  }): Promise<ReceivedFirings>;
}

/** The steps about alerts that were received. */
export function createAlertSteps(received: ReceivedAlerts): ImplementedStep[] {
  return [
    implementRead(alerts.history, async ({ flaps, ...which }) =>
      toldHistory(await received.alertHistory(which), { flaps }),
    ),
  ];
}
