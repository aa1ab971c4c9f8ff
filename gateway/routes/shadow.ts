import type { Ledger, ShadowRun } from '../../ledger/api.ts';
import { countAgreement } from '../../workflows/agreement.ts';
import type { RunbookDefinition } from '../../workflows/define-runbook.ts';
import { shadowReport, type ShadowReport, type ShadowRunView } from '../api/shadow.ts';
import { ProblemError } from '../problem-error.ts';
import type { Serve } from '../serve.ts';

export interface ShadowRoutesDeps {
  readonly ledger: Pick<Ledger, 'shadowRuns'>;
  readonly runbooks: readonly Pick<RunbookDefinition, 'id'>[];
  readonly inShadow: ReadonlySet<string>;
}

export function serveShadow(serve: Serve, { ledger, runbooks, inShadow }: ShadowRoutesDeps): void {
  serve(shadowReport, async ({ params: { runbook }, query: { limit } }) => {
    const runs = await ledger.shadowRuns({ runbook, limit });
    // A runbook that is gone from the catalogue keeps its report.
    if (runs.length === 0 && !runbooks.some(({ id }) => id === runbook)) {
      const known = runbooks.map(({ id }) => id).join(', ');
      throw new ProblemError('no-such-runbook', `there is no runbook "${runbook}"; there are: ${known}`);
    }
    return {
      runbook,
      inShadow: inShadow.has(runbook),
      totals: totalsOf(runs),
      runs: runs.map(viewOf),
    };
  });
}

function totalsOf(runs: readonly ShadowRun[]): ShadowReport['totals'] {
  const changes = runs.flatMap((run) => run.changes);
  const ended = runs.filter(({ run }) => run.status === 'ended');
  const idle = ended.filter((run) => run.changes.length === 0);
  const counted = countAgreement(changes);
  const told = changes.length - counted.unknown;
  return {
    runs: runs.length,
    open: runs.length - ended.length,
    withoutChange: idle.filter((run) => cameToItsEnd(run)).length,
    notCompared: idle.filter((run) => !cameToItsEnd(run)).length,
    changes: changes.length,
    ...counted,
    ...(told > 0 && { agreement: counted.same / told }),
  };
}

const cameToItsEnd = ({ run: { outcome } }: ShadowRun): boolean =>
  outcome === 'completed' || outcome === 'handed-over';

const viewOf = ({ run, resolvedAt, changes }: ShadowRun): ShadowRunView => ({
  workflowId: run.workflowId,
  alert: run.trigger.alert?.name,
  status: run.status,
  outcome: run.outcome,
  result: run.result,
  receivedAt: run.receivedAt,
  endedAt: run.endedAt,
  resolvedAt,
  changes,
});
