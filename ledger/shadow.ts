import { sql } from 'kysely';
import { COMPARED, ComparedChange } from '../workflows/agreement.ts';
import type { Ledger } from './api.ts';
import type { LedgerContext } from './database/context.ts';
import { toRunRow } from './runs.ts';

/** What runs in shadow would have done, and what was done instead. */
export function shadowMethods({ db }: LedgerContext): Pick<Ledger, 'shadowRuns' | 'effectsOn'> {
  return {
    shadowRuns: async ({ runbook, limit }) => {
      const runs = await db
        .selectFrom('runs')
        .selectAll()
        .select(
          sql<
            string | null
          >`(select utc(min(a.received_at)) from alert_runs e join alerts a on a.id = e.alert_id
            where e.workflow_id = runs.workflow_id and e.effect = 'resolved')`.as('resolved_at'),
        )
        .where('shadow', '=', true)
        .where('runbook', '=', runbook)
        .orderBy('received_at', 'desc')
        .limit(limit)
        .execute();
      const ids = runs.map((run) => run.workflow_id);
      // A sealed entry keeps its facts in its leaf alone.
      const { rows } = await sql<{ workflow_id: string; facts: unknown }>`
        select workflow_id, line -> 'facts' as facts from record_entries,
            json_array_elements(coalesce(facts, leaf::json -> 'facts') -> 'lines') as lines (line)
          where workflow_id = any(${ids}) and kind = 'journal' and line ->> 'name' = ${COMPARED}
          order by id, (line ->> 'seq')::integer`.execute(db);
      return runs.map(({ resolved_at, ...run }) => ({
        run: toRunRow(run),
        resolvedAt: resolved_at ?? undefined,
        changes: rows
          .filter((row) => row.workflow_id === run.workflow_id)
          .flatMap((row) => comparedIn(row.facts)),
      }));
    },

    effectsOn: async ({ cluster, target, since }) => {
      const { rows } = await sql<{ workflowId: string; summary: string; at: string }>`
        select a.workflow_id as "workflowId", i.change ->> 'summary' as summary, utc(a.begun_at) as at
          from attempts a join intents i using (workflow_id, plan, position_kind, position_index)
          where a.cluster = ${cluster} and a.target = ${target} and a.begun_at >= ${since}::timestamptz
            and a.outcome in ('applied', 'by-hand')
          order by a.begun_at limit 10`.execute(db);
      return rows;
    },
  };
}

/** A line that was too long for the record has lost its facts: it says nothing here. */
function comparedIn(facts: unknown): ComparedChange[] {
  const parsed = ComparedChange.safeParse(facts);
  return parsed.success ? [parsed.data] : [];
}
