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
    receiveDecision: async (d) => {
      const { signed } = d;
      const { rows } = await sql<Selectable<Database['decisions']>>`
        with received as (
          insert into decisions (id, workflow_id, question_id, statement, signature, key_id, nonce, person, answer, reason)
          values (${d.id}, ${d.workflowId}, ${d.questionId}, ${signed.statement}, ${signed.signature}, ${signed.keyId},
            ${nonceOf(signed.statement)}, ${d.person}, ${d.answer}, ${d.reason})
          on conflict do nothing returning *
        ), recorded as (
          insert into record_entries (workflow_id, kind, facts)
          select workflow_id, 'decision', json_build_object('id', id, 'questionId', question_id, 'person', person,
            'answer', answer, 'reason', reason, 'receivedAt', utc(received_at), 'signed',
            json_build_object('statement', statement, 'signature', signature, 'keyId', key_id)) from received
        ) select * from received`.execute(db);
      if (rows[0] !== undefined) return toDecisionRow(rows[0]);
      const before = await db.selectFrom('decisions').selectAll().where('id', '=', d.id).executeTakeFirst();
      if (before?.statement === signed.statement) return toDecisionRow(before);
      throw new LedgerRefused(
        before === undefined
          ? 'this decision was sent before under another id (its nonce is used); answer the question anew'
          : `another decision has the id "${d.id}"; answer the question anew`,
      );
    },

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

    decisionDelivered: async (id, outcome) => {
      const said = JSON.stringify(outcome);
      const { rows } = await sql`
        with delivered as (
          update decisions set delivered_at = clock_timestamp(), outcome = ${said}::json
          where id = ${id} and delivered_at is null returning workflow_id, question_id
        ), recorded as (
          insert into record_entries (workflow_id, kind, facts)
          select workflow_id, 'decision-delivered',
            json_build_object('id', ${id}::text, 'questionId', question_id, 'outcome', ${said}::json) from delivered
        ) select from delivered`.execute(db);
      if (rows.length === 1) return outcome;
      const before = await db
        .selectFrom('decisions')
        .select('outcome')
        .where('id', '=', id)
        .executeTakeFirst();
      return (before?.outcome as DecisionOutcome | null | undefined) ?? outcome;
    },

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
