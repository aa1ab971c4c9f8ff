import type { Ledger } from '../../ledger/api.ts';
import { listAlerts } from '../api/alerts.ts';
import type { Serve } from '../serve.ts';

export function serveAlerts(serve: Serve, { ledger }: { ledger: Ledger }): void {
  serve(listAlerts, async ({ query: { id, name, limit } }) => ({
    alerts: [...(await ledger.alerts({ limit, ...(id && { id }), ...(name && { name }) }))],
  }));
}
