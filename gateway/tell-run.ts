import type { PendingSignal } from '../ledger/api.ts';
import { MESSAGES, type AlertNews } from '../workflows/messages.ts';
import type { TemporalClient } from './temporal-client.ts';

export type Told = 'sent' | 'no-such-run';

/** Tells a run what the ledger has for it. The same signal twice is one: its id is the request's. */
export async function tellRun(
  temporal: Pick<TemporalClient, 'signal' | 'cancel'>,
  signal: PendingSignal,
): Promise<Told> {
  const { id, workflowId, kind, at } = signal;
  switch (kind) {
    case 'cancelled': {
      const { by, reason } = signal.order;
      return temporal.cancel({ workflowId, id, reason: `${by}: ${reason}` });
    }
    case 'hands':
      return temporal.signal({ workflowId, id, name: MESSAGES.hands });
    case 'stopped':
      return temporal.signal({ workflowId, id, name: MESSAGES.stop });
    default: {
      const news: AlertNews = { kind, alertId: signal.alertId, at };
      return temporal.signal({ workflowId, id, name: MESSAGES.alert, argument: news });
    }
  }
}
