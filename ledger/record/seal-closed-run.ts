import { sql } from 'kysely';
import type { RunEnd } from '../api.ts';
import type { LedgerContext } from '../database/context.ts';
import { RUNS_WITHOUT_END } from '../runs.ts';
import { append } from './append.ts';
import { sealRunIn } from './seal-run.ts';

/**
 * The end of a run that cannot write it any more, and of the questions that it left open. False, and nothing is
 * written, when the run has an end: its own word stands, and so does what another sweeper wrote.
 */
export function sealClosedRun({ db, deployment }: LedgerContext, end: RunEnd): Promise<boolean> {
  const { workflowId } = end;
  return db.transaction().execute(async (tx) => {
    await sql`select from runs where workflow_id = ${workflowId} for update`.execute(tx);
    const { rows } =
      await sql`select from ${RUNS_WITHOUT_END} as candidates where workflow_id = ${workflowId}`.execute(tx);
    if (rows.length === 0) return false;
    const closed = await tx
      .updateTable('questions')
      .set({ status: 'closed', closed_at: sql<string>`clock_timestamp()`, closed_as: 'withdrawn' })
      .where('workflow_id', '=', workflowId)
      .where('status', '=', 'open')
      .returning('question_id')
      .execute();
    await append(
      tx,
      closed.map(({ question_id: questionId }) => ({
        workflowId,
        kind: 'question-closed',
        facts: { questionId, closedAs: 'withdrawn' },
      })),
    );
    await sealRunIn(tx, deployment, end);
    return true;
  });
}
