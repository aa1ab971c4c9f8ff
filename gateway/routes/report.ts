import type { Ledger } from '../../ledger/api.ts';
import { MOST_INCIDENTS, showIncidentPage, showMilestones, showReport } from '../api/report.ts';
import { incidentStory } from '../report/incident-story.ts';
import { incidentPage, PAGE_POLICY } from '../report/page.ts';
import { timesByRunbook } from '../report/times-by-runbook.ts';
import type { Serve } from '../serve.ts';
import type { TemporalClient } from '../temporal-client.ts';
import { knownRun } from './runs.ts';

const DAY_MS = 24 * 3_600_000;

interface ReportDeps {
  readonly ledger: Ledger;
  readonly temporal: TemporalClient;
}

export function serveReport(serve: Serve, { ledger, temporal }: ReportDeps): void {
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

  serve(showIncidentPage, async ({ params: { workflowId }, reply }) => {
    const story = await incidentStory({ ledger, temporal }, await knownRun(ledger, workflowId));
    return reply
      .header('content-type', 'text/html; charset=utf-8')
      .header('content-security-policy', `${PAGE_POLICY}; frame-ancestors 'none'; sandbox`)
      .header('cache-control', 'private, no-store')
      .send(Buffer.from(incidentPage(story)));
  });
}
