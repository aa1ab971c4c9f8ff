import { toldHistory } from '../../activities/alerts/contract/told-history.ts';
import type { Ledger } from '../../ledger/api.ts';
import { alertHistory, listAlerts } from '../api/alerts.ts';
import type { Serve } from '../serve.ts';

export function serveAlerts(serve: Serve, { ledger }: { ledger: Ledger }): void {
  serve(listAlerts, async ({ query: { id, name, limit } }) => ({
    alerts: [...(await ledger.alerts({ limit, ...(id && { id }), ...(name && { name }) }))],
  }));

  serve(alertHistory, async ({ query: { label, flapTimes, flapWithin, ...which } }) => {
    const labels = Object.fromEntries(label.map((pair) => pair.split(/=(.*)/s) as [string, string]));
    const flaps = { times: flapTimes, within: flapWithin };
    return toldHistory(await ledger.alertHistory({ ...which, labels }), { flaps });
  });
}
