import { randomUUID } from 'node:crypto';
import type { Ledger, RunRow } from '../../ledger/api.ts';
import type { RunbookDefinition } from '../../workflows/define-runbook.ts';
import { parseInput } from '../alerts/match-triggers.ts';
import { cancelRun, giveBackRun, listRuns, showRun, startRun, stopRun, takeOverRun } from '../api/runs.ts';
import type { Dispatcher } from '../dispatcher.ts';
import { inWords, ProblemError } from '../problem-error.ts';
import type { Serve } from '../serve.ts';
import type { TemporalClient } from '../temporal-client.ts';
import { runDetail, runView } from '../views.ts';

export interface RunRoutesDeps {
  readonly ledger: Ledger;
  readonly temporal: TemporalClient;
  readonly runbooks: readonly RunbookDefinition[];
  readonly dispatcher: Dispatcher;
}

export function serveRuns(serve: Serve, deps: RunRoutesDeps): void {
  const { ledger, runbooks, dispatcher } = deps;

  serve(startRun, async ({ body: { runbook: id, input, dryRun, requestId }, caller }) => {
    const runbook = runbooks.find((r) => r.id === id);
    if (runbook === undefined) {
      const known = runbooks.map((r) => r.id).join(', ');
      throw new ProblemError('no-such-runbook', `there is no runbook "${id}"; there are: ${known}`);
    }
    const parsed = parseInput(runbook, input);
    if ('fields' in parsed) {
      throw new ProblemError('bad-input', `the input of ${id} is wrong: ${inWords(parsed.fields)}`, parsed);
    }
    const run = await ledger.requestRun({
      runbook: id,
      title: runbook.title,
      input,
      correlationKey: parsed.correlationKey,
      trigger: { kind: 'person', source: 'api', authenticated: true, person: caller.person },
      dryRun,
      runsAtOnce: runbook.runsAtOnce,
      requestId: `${caller.person}:${requestId ?? randomUUID()}`,
    });
    dispatcher.wake();
    return runView(run);
  });

  serve(listRuns, async ({ query: { status, runbook, limit } }) => ({
    runs: (await ledger.runs({ limit, ...(status && { status }), ...(runbook && { runbook }) })).map(runView),
  }));

  serve(showRun, async ({ params }) => runDetail(deps, await knownRun(ledger, params.workflowId)));

  serve(cancelRun, async ({ params: { workflowId }, body, caller }) => {
    const run = await knownRun(ledger, workflowId);
    if (run.status === 'ended')
      throw new ProblemError('run-is-over', 'the run is over; nothing is left to cancel');
    await ledger.cancelRun(workflowId, { reason: body.reason, by: caller.person });
    dispatcher.wake();
    return { cancelling: true as const };
  });

  serve(takeOverRun, async ({ params: { workflowId }, body: { reason }, caller }) => {
    await knownRun(ledger, workflowId);
    await ledger.takeOver(workflowId, { reason, by: caller.person });
    dispatcher.wake();
    return { takenOver: true as const };
  });

  serve(giveBackRun, async ({ params: { workflowId }, body: { reason }, caller: { person, token } }) => {
    await knownRun(ledger, workflowId);
    const anybodys = token.scopes.includes('admin');
    await ledger.giveBack(workflowId, { reason, by: person, anybodys });
    dispatcher.wake();
    return { givenBack: true as const };
  });

  serve(stopRun, async ({ params: { workflowId }, body: { reason }, caller }) => {
    await knownRun(ledger, workflowId);
    await ledger.stopRun(workflowId, { reason, by: caller.person });
    dispatcher.wake();
    return { stopped: true as const };
  });
}

export async function knownRun(ledger: Ledger, workflowId: string): Promise<RunRow> {
  const run = await ledger.run(workflowId);
  if (run !== undefined) return run;
  throw new ProblemError('no-such-run', `there is no run "${workflowId}"; list them with GET /api/runs`);
}
