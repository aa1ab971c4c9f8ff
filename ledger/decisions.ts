import { sql, type Selectable } from 'kysely';
import { hashOf } from '../activities/kit/index.ts';
import type { DecisionOutcome } from '../workflows/messages.ts';
import type { DecisionRow, Ledger } from './api.ts';
import type { LedgerContext } from './database/context.ts';
import type { Database } from './database/tables.ts';
import { LedgerRefused } from './errors.ts';
import { append } from './record/append.ts';

export function decisionMethods({
  db,
}: LedgerContext): Pick<
  Ledger,
  | 'receiveDecision'
  | 'decisionsToDeliver'
  | 'decisionDelivered'
  | 'decisions'
  | 'decisionsOfRuns'
  | 'recordRefusal'
> {
  return {
    receiveDecision: (d) =>
      db.transaction().execute(async (tx) => {
        const row = await tx
          .insertInto('decisions')
          .values({
            id: d.id,
            workflow_id: d.workflowId,
            question_id: d.questionId,
            statement: d.signed.statement,
            signature: d.signed.signature,
            key_id: d.signed.keyId,
            nonce: nonceOf(d.signed.statement),
            person: d.person,
            answer: d.answer,
            reason: d.reason,
          })
          .onConflict((c) => c.doNothing())
          .returningAll()
          .executeTakeFirst();
        if (row !== undefined) {
          const { id, workflowId, questionId, person, answer, reason, signed } = d;
          const facts = { id, questionId, person, answer, reason, signed, receivedAt: row.received_at };
          await append(tx, [{ workflowId, kind: 'decision', facts }]);
          return toDecisionRow(row);
        }
        const before = await tx.selectFrom('decisions').selectAll().where('id', '=', d.id).executeTakeFirst();
        if (before?.statement === d.signed.statement) return toDecisionRow(before);
        throw new LedgerRefused(
          before === undefined
            ? 'this decision was sent before under another id (its nonce is used); answer the question anew'
            : `another decision has the id "${d.id}"; answer the question anew`,
        );
      }),

    decisionsToDeliver: async (limit) => {
      const rows = await db
        .selectFrom('decisions')
        .selectAll()
        .where('delivered_at', 'is', null)
        .orderBy('received_at')
        .limit(limit)
        .execute();
      return rows.map(toDecisionRow);
    },

    decisionDelivered: (id, outcome) =>
      db.transaction().execute(async (tx) => {
        const row = await tx
          .updateTable('decisions')
          .set({ delivered_at: sql<string>`clock_timestamp()`, outcome: JSON.stringify(outcome) })
          .where('id', '=', id)
          .where('delivered_at', 'is', null)
          .returning(['workflow_id', 'question_id'])
          .executeTakeFirst();
        if (row === undefined) {
          const before = await tx
            .selectFrom('decisions')
            .select('outcome')
            .where('id', '=', id)
            .executeTakeFirst();
          return (before?.outcome as DecisionOutcome | null | undefined) ?? outcome;
        }
        const facts = { id, questionId: row.question_id, outcome };
        await append(tx, [{ workflowId: row.workflow_id, kind: 'decision-delivered', facts }]);
        return outcome;
      }),

    decisions: async (workflowId, questionId) => {
      let query = db
        .selectFrom('decisions')
        .selectAll()
        .where('workflow_id', '=', workflowId)
        .orderBy('received_at');
      if (questionId !== undefined) query = query.where('question_id', '=', questionId);
      return (await query.execute()).map(toDecisionRow);
    },

    decisionsOfRuns: async (workflowIds) => {
      if (workflowIds.length === 0) return [];
      const rows = await db
        .selectFrom('decisions')
        .selectAll()
        .where('workflow_id', 'in', [...workflowIds])
        .orderBy('received_at')
        .execute();
      return rows.map(toDecisionRow);
    },

    recordRefusal: ({ workflowId, questionId, why, statement }) => {
      const facts = { questionId, why, statement };
      return append(db, [
        { workflowId, kind: 'decision-refused', facts, idem: `refused ${hashOf({ workflowId, ...facts })}` },
      ]);
    },
  };
}

/** A nonce is used once; a statement without one (an answer by a channel that has none) is told apart by its id. */
function nonceOf(statement: string): string | null {
  try {
    const value: unknown = JSON.parse(statement);
    const nonce = typeof value === 'object' && value !== null && 'nonce' in value ? value.nonce : undefined;
    return typeof nonce === 'string' ? nonce : null;
  } catch {
    return null;
  }
}

function toDecisionRow(row: Selectable<Database['decisions']>): DecisionRow {
  return {
    id: row.id,
    workflowId: row.workflow_id,
    questionId: row.question_id,
    signed: { statement: row.statement, signature: row.signature, keyId: row.key_id },
    person: row.person,
    answer: row.answer,
    reason: row.reason,
    receivedAt: row.received_at,
    deliveredAt: row.delivered_at ?? undefined,
    outcome: (row.outcome as DecisionOutcome | null) ?? undefined,
  };
}
