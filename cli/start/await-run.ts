import { setTimeout as sleep } from 'node:timers/promises';
import type { ApiClient } from '../../gateway/api-client.ts';
import type { RunView } from '../../gateway/api/runs.ts';

/** The first run that an alert started since then. Throws at the deadline with what was seen instead. */
export async function awaitAlertRun(
  api: Pick<ApiClient, 'runs'>,
  of: { since: Date; withinMs: number; signal: AbortSignal },
): Promise<RunView> {
  const deadline = Date.now() + of.withinMs;
  for (;;) {
    const { runs } = await api.runs({ limit: 20 });
    const found = runs.findLast(
      (run) => run.trigger.kind === 'alert' && new Date(run.receivedAt) >= of.since,
    );
    if (found) return found;
    if (Date.now() > deadline) {
      throw new Error(
        `no alert started a run within ${Math.round(of.withinMs / 1000)} s; look at Prometheus, Alertmanager and the gateway's log`,
      );
    }
    await sleep(250, undefined, { signal: of.signal });
  }
}
