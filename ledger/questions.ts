import { sql, type Selectable } from 'kysely';
import { hashOf } from '../activities/kit/index.ts';
import type { Question } from '../workflows/messages.ts';
import type { Ledger, QuestionRow } from './api.ts';
import type { LedgerContext } from './database/context.ts';
import type { Database } from './database/tables.ts';
import { LedgerRefused } from './errors.ts';
import { append } from './record/append.ts';

export function questionMethods({
  db,
}: LedgerContext): Pick<
  Ledger,
  'openQuestion' | 'updateQuestion' | 'closeQuestion' | 'question' | 'questions'
> {
  return {
    openQuestion: ({ workflowId, runbook, question }) =>
      db.transaction().execute(async (tx) => {
        const { numInsertedOrUpdatedRows } = await tx
          .insertInto('questions')
          .values({
            workflow_id: workflowId,
            question_id: question.id,
            runbook,
            question: JSON.stringify(question),
          })
          .onConflict((c) =>
            // A run that was reset asks again under the same id, with other times: that question is open anew.
            c
              .columns(['workflow_id', 'question_id'])
              .doUpdateSet({
                question: (eb) => eb.ref('excluded.question'),
                status: 'open',
                closed_at: null,
                closed_as: null,
              })
              .where(sql<boolean>`questions.question::text <> excluded.question::text`),
          )
          .executeTakeFirstOrThrow();
        if (numInsertedOrUpdatedRows === 1n) {
          await append(tx, [{ workflowId, kind: 'question-opened', facts: { question } }]);
        }
      }),

    updateQuestion: ({ workflowId, question, news: { kind, ...facts } }) =>
      db.transaction().execute(async (tx) => {
        const { numUpdatedRows } = await tx
          .updateTable('questions')
          .set({ question: JSON.stringify(question) })
          .where('workflow_id', '=', workflowId)
          .where('question_id', '=', question.id)
          .where('status', '=', 'open')
          .executeTakeFirstOrThrow();
        if (numUpdatedRows === 0n) return;
        const entry = { kind: `question-${kind}` as const, facts: { questionId: question.id, ...facts } };
        await append(tx, [{ workflowId, ...entry, idem: `question ${hashOf({ workflowId, ...entry })}` }]);
      }),

    closeQuestion: async ({ workflowId, questionId, closedAs }) => {
      const { rows } = await sql`
        with closed as (
          update questions set status = 'closed', closed_at = clock_timestamp(), closed_as = ${closedAs}
          where workflow_id = ${workflowId} and question_id = ${questionId} and status = 'open' returning closed_as
        ), recorded as (
          insert into record_entries (workflow_id, kind, facts)
          select ${workflowId}, 'question-closed',
            json_build_object('questionId', ${questionId}::text, 'closedAs', closed_as) from closed
        ) select from closed`.execute(db);
      if (rows.length === 1) return;
      const known = await db
        .selectFrom('questions')
        .select('status')
        .where('workflow_id', '=', workflowId)
        .where('question_id', '=', questionId)
        .executeTakeFirst();
      if (known === undefined)
        throw new LedgerRefused(`the run ${workflowId} has no question "${questionId}"`);
    },

    question: async (workflowId, questionId) => {
      const row = await db
        .selectFrom('questions')
        .selectAll()
        .where('workflow_id', '=', workflowId)
        .where('question_id', '=', questionId)
        .executeTakeFirst();
      return row === undefined ? undefined : toQuestionRow(row);
    },

    questions: async ({ status, workflowId, limit }) => {
      let query = db
        .selectFrom('questions')
        .selectAll()
        .orderBy(sql`status = 'open'`, 'desc')
        .orderBy('opened_at', 'desc')
        .limit(limit);
      if (status !== undefined) query = query.where('status', '=', status);
      if (workflowId !== undefined) query = query.where('workflow_id', '=', workflowId);
      const rows = await query.execute();
      return rows
        .reverse()
        .sort((a, b) => a.opened_at.localeCompare(b.opened_at))
        .map(toQuestionRow);
    },
  };
}

function toQuestionRow(row: Selectable<Database['questions']>): QuestionRow {
  return {
    workflowId: row.workflow_id,
    runbook: row.runbook,
    question: row.question as Question,
    status: row.status,
    closedAt: row.closed_at ?? undefined,
    closedAs: row.closed_as ?? undefined,
  };
}
