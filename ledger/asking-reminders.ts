/**
 * Reminders that are due, and runs for them. Whoever closes, postpones, asks or reopens holds the reminder's row: one of
 * two that come at once finds what the other did.
 */
import { sql, type Selectable } from 'kysely';
import type { RunRequest, RunRow } from './api.ts';
import type { LedgerContext, Queries } from './database/context.ts';
import type { Database } from './database/tables.ts';
import { LedgerRefused } from './errors.ts';
import { closeReminderIn, toReminder, type Reminder, type Said } from './reminders.ts';
import { incidentKey, lockIncidents, requestRunIn, toRunRow } from './runs.ts';
import { REMINDER, type Trigger } from '../workflows/messages.ts';

export interface AskingRemindersLedger {
  /**
   * Those that are due and about which nobody was asked, the longest due first; also one whose asking run has ended a day
   * ago and more without an answer.
   */
  remindersDue(limit: number): Promise<readonly Reminder[]>;
  /** Asks for the run that asks about it; nothing where it is not due any more, or another gateway has asked. */
  askReminder(
    id: string,
    ask: (reminder: Reminder) => Pick<RunRequest, 'title' | 'input'>,
  ): Promise<RunRow | undefined>;
  /**
   * Closes it and asks for a run like the one that set it: the same runbook with the same input. The same word of the
   * same person once more is the same run. Refused when it is over, no run set it, or its run was stopped.
   */
  reopenReminder(r: Said): Promise<RunRow>;
}

export function askingReminderMethods({ db }: LedgerContext): AskingRemindersLedger {
  return {
    remindersDue: async (limit) => {
      const rows = await db
        .selectFrom('reminders')
        .selectAll()
        .where(isDue)
        .orderBy('due_at')
        .limit(limit)
        .execute();
      return rows.map(toReminder);
    },

    askReminder: (id, ask) =>
      db.transaction().execute(async (tx) => {
        const incident = { ...REMINDER, correlationKey: id };
        // Before the row, as where the run gets another id.
        await lockIncidents(tx, [incidentKey(incident)]);
        const row = await tx
          .selectFrom('reminders')
          .selectAll()
          .where('id', '=', id)
          .where(isDue)
          .forUpdate()
          .executeTakeFirst();
        if (!row) return undefined;
        const run = await requestRunIn(tx, {
          ...incident,
          ...ask(toReminder(row)),
          // Not of the run that set it: that one's stop, and a person who takes it over, are no reason to forget.
          trigger: { kind: 'reminder', source: 'reminder', authenticated: true },
          dryRun: false,
          requestId: `reminder ${id} ${row.asked_at ?? row.due_at}`,
        });
        await tx
          .updateTable('reminders')
          .set({ asked_at: sql<string>`clock_timestamp()`, asked_by: run.workflow_id })
          .where('id', '=', id)
          .execute();
        return toRunRow(run);
      }),

    reopenReminder: (said) =>
      db.transaction().execute(async (tx) => {
        const { id, by } = said;
        const row = await tx
          .selectFrom('reminders')
          .selectAll()
          .where('id', '=', id)
          .forUpdate()
          .executeTakeFirst();
        if (!row) throw new LedgerRefused(`there is no reminder "${id}"`);
        const before = await runThatSet(tx, row);
        const requestId = `reopened ${id}`;
        const known = await tx
          .selectFrom('runs')
          .selectAll()
          .where('request_id', '=', requestId)
          .executeTakeFirst();
        if (row.closed_at !== null) {
          const isSame = row.closed_as === 'reopened' && row.closed_by === by && row.reason === said.reason;
          if (isSame && known) return toRunRow(known);
          const into = known ? ` as ${known.workflow_id}` : '';
          throw new LedgerRefused(
            `${id} is over: ${row.closed_as}${into} by ${row.closed_by}, ${row.closed_at}; ${anew(before)}`,
          );
        }
        if (before.stop_is_final)
          throw new LedgerRefused(
            `${before.workflow_id} was stopped by ${before.stop_by}, and nothing starts in its name; ${anew(before)}`,
          );
        const { runbook, title, input, correlation_key: correlationKey, workflow_id: run } = before;
        const { authenticated } = before.trigger as Trigger;
        const again = await requestRunIn(tx, {
          ...{ runbook, title, input, correlationKey, requestId, dryRun: false },
          runsAtOnce: before.at_most ?? undefined,
          // What nobody authenticated stays so: whoever reopens is not shown the input.
          trigger: { kind: 'reminder', source: 'reminder', authenticated, run, person: by },
        });
        await closeReminderIn(tx, { ...said, as: 'reopened' });
        return toRunRow(again);
      }),
  };
}

/** Where a run asks or has asked, its end counts: one that fails after six days is not followed at once by the next. */
const isDue = sql<boolean>`(closed_at is null and due_at <= clock_timestamp() and (asked_at is null or not exists (
  select from runs about where about.workflow_id = asked_by
    and (about.status <> 'ended' or about.ended_at > clock_timestamp() - interval '1 day'))))`;

async function runThatSet(
  tx: Queries,
  { id, workflow_id: workflowId }: { readonly id: string; readonly workflow_id: string },
): Promise<Selectable<Database['runs']>> {
  const query = tx.selectFrom('runs').selectAll().where('workflow_id', '=', workflowId);
  const run = await query.executeTakeFirst();
  if (run) return run;
  throw new LedgerRefused(`${id} is of no run: start one with "nightshift run"`);
}

const anew = ({ runbook }: { readonly runbook: string }): string =>
  `to run it again, start it: "nightshift run ${runbook}"`;
