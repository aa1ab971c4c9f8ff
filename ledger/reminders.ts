/** What somebody is to be asked later. It waits as a row: neither a workflow nor its code is kept for it. */
import { sql, type Selectable } from 'kysely';
import type { RunRow } from './api.ts';
import type { LedgerContext, Queries } from './database/context.ts';
import type { Database } from './database/tables.ts';
import { LedgerRefused } from './errors.ts';
import { newId } from './identifiers.ts';
import { append } from './record/append.ts';
import { runMethods } from './runs.ts';
import type { Trigger } from '../workflows/messages.ts';

/** A check that is looked at first: nobody is asked while it passes. */
export interface ReminderCheck {
  readonly step: string;
  readonly input: unknown;
  /** In words. */
  readonly summary: string;
}

export interface NewReminder {
  /** What set it; the same again is the same reminder. */
  readonly origin: string;
  /** The run that set it; empty where a person did. */
  readonly workflowId: string;
  readonly text: string;
  /** The role or person who is asked. */
  readonly to: string;
  readonly setBy: string;
  /** When, as it was written. */
  readonly said: string;
  readonly dueAt: string;
  readonly unless?: ReminderCheck | undefined;
}

/** How a reminder ended; `passed` by its check, `lifted` with the freeze that it was about. */
export const REMINDER_ENDS = ['closed', 'reopened', 'passed', 'lifted', 'not-answered'] as const;
export type ReminderEnd = (typeof REMINDER_ENDS)[number];

export interface Reminder extends NewReminder {
  readonly id: string;
  readonly setAt: string;
  readonly askedAt?: string | undefined;
  /** The run that asks, or asked last. */
  readonly askedBy?: string | undefined;
  readonly closed?:
    | { readonly at: string; readonly as: ReminderEnd; readonly by: string; readonly reason: string }
    | undefined;
}

interface Said {
  readonly id: string;
  readonly by: string;
  readonly reason: string;
}

export interface ReminderLedger {
  addReminder(reminder: NewReminder): Promise<Reminder>;
  reminder(id: string): Promise<Reminder | undefined>;
  /** Those that are open, the next first; with `all` also the closed ones, the newest first. */
  reminders(filter: { all?: boolean | undefined; limit: number }): Promise<readonly Reminder[]>;
  /**
   * Those that are due and about which nobody was asked, the longest due first; also one whose asking run has ended a day
   * ago and more without an answer.
   */
  remindersDue(limit: number): Promise<readonly Reminder[]>;
  reminderAsked(id: string, by: string): Promise<void>;
  /** Refused when it is closed. */
  postponeReminder(r: Said & { readonly until: string }): Promise<void>;
  /** False when it was closed already: the first word stands. Refused when there is none of that id. */
  closeReminder(r: Said & { readonly as: ReminderEnd }): Promise<boolean>;
  /** Asks for a run like this one: the same runbook with the same input. Refused when the ledger does not know it. */
  requestAgain(r: { of: string; person: string; requestId: string }): Promise<RunRow>;
}

export function reminderMethods(context: LedgerContext): ReminderLedger {
  const { db } = context;
  const byId = async (id: string) =>
    db.selectFrom('reminders').selectAll().where('id', '=', id).executeTakeFirst();
  return {
    addReminder: (r) =>
      db.transaction().execute(async (tx) => {
        const row = await tx
          .insertInto('reminders')
          .values({
            ...{
              id: newId('reminder'),
              origin: r.origin,
              workflow_id: r.workflowId,
              text: r.text,
              whom: r.to,
            },
            ...{ set_by: r.setBy, said: r.said, due_at: r.dueAt },
            unless: r.unless === undefined ? null : JSON.stringify(r.unless),
          })
          .onConflict((c) => c.column('origin').doNothing())
          .returningAll()
          .executeTakeFirst();
        if (!row) {
          const before = tx.selectFrom('reminders').selectAll().where('origin', '=', r.origin);
          return toReminder(await before.executeTakeFirstOrThrow());
        }
        const { text, to, setBy, said, dueAt } = r;
        await tell(tx, row, 'reminder-set', { text, to, by: setBy, said, dueAt });
        return toReminder(row);
      }),

    reminder: async (id) => {
      const row = await byId(id);
      return row && toReminder(row);
    },

    reminders: async ({ all = false, limit }) => {
      const query = db.selectFrom('reminders').selectAll().limit(limit);
      const rows = all
        ? query.orderBy('set_at', 'desc')
        : query.where('closed_at', 'is', null).orderBy('due_at').orderBy('id');
      return (await rows.execute()).map(toReminder);
    },

    remindersDue: async (limit) => {
      const rows = await db
        .selectFrom('reminders as r')
        .selectAll('r')
        .where('r.closed_at', 'is', null)
        .where('r.due_at', '<=', sql<string>`clock_timestamp()`)
        .where(
          sql<boolean>`(r.asked_at is null or (r.asked_at < clock_timestamp() - interval '1 day' and not exists (
            select from runs about where about.workflow_id = r.asked_by and about.status <> 'ended')))`,
        )
        .orderBy('r.due_at')
        .limit(limit)
        .execute();
      return rows.map(toReminder);
    },

    reminderAsked: async (id, by) => {
      await db
        .updateTable('reminders')
        .set({ asked_at: sql<string>`clock_timestamp()`, asked_by: by })
        .where('id', '=', id)
        // Another gateway may have asked, and the answer postponed it meanwhile.
        .where('due_at', '<=', sql<string>`clock_timestamp()`)
        .execute();
    },

    postponeReminder: ({ id, until, by, reason }) =>
      db.transaction().execute(async (tx) => {
        const row = await tx
          .updateTable('reminders')
          .set({ due_at: until, asked_at: null })
          .where('id', '=', id)
          .where('closed_at', 'is', null)
          .returning(['id', 'workflow_id'])
          .executeTakeFirst();
        if (!row) throw new LedgerRefused(`the reminder ${id} is closed, or there was none`);
        await tell(tx, row, 'reminder-postponed', { until, by, reason });
      }),

    closeReminder: ({ id, as, by, reason }) =>
      db.transaction().execute(async (tx) => {
        const row = await tx
          .updateTable('reminders')
          .set({ closed_at: sql<string>`clock_timestamp()`, closed_as: as, closed_by: by, reason })
          .where('id', '=', id)
          .where('closed_at', 'is', null)
          .returning(['id', 'workflow_id'])
          .executeTakeFirst();
        if (row) await tell(tx, row, 'reminder-closed', { as, by, reason });
        else if (!(await byId(id))) throw new LedgerRefused(`there is no reminder "${id}"`);
        return row !== undefined;
      }),

    requestAgain: async ({ of, person, requestId }) => {
      const before = await db.selectFrom('runs').selectAll().where('workflow_id', '=', of).executeTakeFirst();
      if (!before) throw new LedgerRefused(`the ledger knows no run "${of}"`);
      const { runbook, title, input, correlation_key: correlationKey } = before;
      const { authenticated } = before.trigger as Trigger;
      return runMethods(context).requestRun({
        ...{ runbook, title, input, correlationKey, requestId, dryRun: false },
        // What nobody authenticated stays so: whoever reopens is not shown the input.
        trigger: { kind: 'reminder', source: 'reminder', authenticated, run: of, person },
      });
    },
  };
}

/** In the record of the run that set it. */
const tell = (
  tx: Queries,
  { id, workflow_id: workflowId }: { readonly id: string; readonly workflow_id: string },
  kind: 'reminder-set' | 'reminder-postponed' | 'reminder-closed',
  facts: object,
): Promise<void> => append(tx, [{ workflowId, kind, facts: { id, ...facts } }]);

const toReminder = (row: Selectable<Database['reminders']>): Reminder => ({
  ...{ id: row.id, origin: row.origin, workflowId: row.workflow_id, text: row.text, to: row.whom },
  ...{ setBy: row.set_by, said: row.said, setAt: row.set_at, dueAt: row.due_at },
  unless: (row.unless as ReminderCheck | null) ?? undefined,
  askedAt: row.asked_at ?? undefined,
  askedBy: row.asked_by ?? undefined,
  closed:
    row.closed_at === null
      ? undefined
      : { at: row.closed_at, as: row.closed_as as ReminderEnd, by: row.closed_by!, reason: row.reason ?? '' },
});
