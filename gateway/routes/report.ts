import type { Ledger } from '../../ledger/api.ts';
import { MOST_INCIDENTS, showMilestones, showReport } from '../api/report.ts';
import { timesByRunbook } from '../report/times-by-runbook.ts';
import type { Serve } from '../serve.ts';
import { knownRun } from './runs.ts';

const DAY_MS = 24 * 3_600_000;

export function serveReport(serve: Serve, { ledger }: { ledger: Ledger }): void {
  serve(showReport, async ({ query: { runbook, days, parts } }) => {
    const until = new Date(await ledger.now());
    const since = new Date(until.getTime() - days * DAY_MS);
    const limit = MOST_INCIDENTS + 1;
    const found = await ledger.incidents({ runbook, since: since.toISOString(), limit });
    return {
      since: since.toISOString(),
      until: until.toISOString(),
      cut: found.length === limit,
      runbooks: timesByRunbook(found.slice(0, MOST_INCIDENTS), { since, until, parts }),
    };
  });

  serve(showMilestones, async ({ params: { workflowId } }) => {
    await knownRun(ledger, workflowId);
    const [incident] = await ledger.incidents({ workflowId, limit: 1 });
    return incident!;
  });
}
