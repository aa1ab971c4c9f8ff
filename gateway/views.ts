/** What the ledger and the runs know, as the API shows it. */
import type { DecisionRow, Ledger, QuestionRow, RunRow } from '../ledger/api.ts';
import { questionHash } from '../workflows/messages.ts';
import type { QuestionView } from './api/questions.ts';
import type { RunDetail, RunView } from './api/runs.ts';
import type { TemporalClient } from './temporal-client.ts';

export const runView = (run: RunRow): RunView => run;

export const questionView = (row: QuestionRow, decisions: readonly DecisionRow[]): QuestionView => ({
  ...row,
  questionHash: questionHash(row.workflowId, row.question),
  decisions: decisions.filter((d) => d.workflowId === row.workflowId && d.questionId === row.question.id),
});

export async function questionViews(ledger: Ledger, rows: readonly QuestionRow[]): Promise<QuestionView[]> {
  const runs = [...new Set(rows.map((row) => row.workflowId))];
  const decisions = await ledger.decisionsOfRuns(runs);
  return rows.map((row) => questionView(row, decisions));
}

const STATE_MS = 2_000;

/** A run with all that can be said about it now: within `waitMs`, also when no worker answers for it. */
export async function runDetail(
  { ledger, temporal }: { ledger: Ledger; temporal: TemporalClient },
  run: RunRow,
  waitMs = STATE_MS,
): Promise<RunDetail> {
  const [live, rows] = await Promise.all([
    run.status === 'received'
      ? { silent: 'the alert or request is recorded; the run has not started yet' }
      : temporal.state(run.workflowId, waitMs),
    ledger.questions({ workflowId: run.workflowId, limit: 100 }),
  ]);
  const questions = await questionViews(ledger, rows);
  return 'silent' in live
    ? { run: runView(run), note: live.silent, questions }
    : { run: runView(run), state: live, questions };
}
