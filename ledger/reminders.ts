/** What somebody is to be asked later. It waits as a row: neither a workflow nor its code is kept for it. */
import { sql, type Selectable } from 'kysely';
import type { LedgerContext, Queries } from './database/context.ts';
import type { Database } from './database/tables.ts';
import { LedgerRefused } from './errors.ts';
import { newId } from './identifiers.ts';
import { append } from './record/append.ts';

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

type ReminderRow = Selectable<Database['reminders']>;

export interface Said {
  readonly id: string;
  readonly by: string;
  readonly reason: string;
}

export interface ReminderLedger {
  addReminder(reminder: NewReminder): Promise<Reminder>;
  reminder(id: string): Promise<Reminder | undefined>;
  /** Those that are open, the next first; with `all` also the closed ones, the newest first. */
  reminders(filter: { all?: boolean | undefined; limit: number }): Promise<readonly Reminder[]>;
  /** Which of these have set one, open or over. */
  haveReminded(origins: readonly string[]): Promise<ReadonlySet<string>>;
  /** Refused when it is closed. */
  postponeReminder(r: Said & { readonly until: string }): Promise<void>;
  /**
   * False when it was closed already, or when the run that says `passed` or `not-answered` asks no more: the first word
   * stands. Refused when there is none of that id.
   */
  closeReminder(r: Said & { readonly as: ReminderEnd }): Promise<boolean>;
}

export function reminderMethods({ db }: LedgerContext): ReminderLedger {
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
      const row = await reminderRow(db, id);
      return row && toReminder(row);
    },

    reminders: async ({ all = false, limit }) => {
      const query = db.selectFrom('reminders').selectAll().limit(limit);
      const rows = all
        ? query.orderBy('set_at', 'desc')
        : query.where('closed_at', 'is', null).orderBy('due_at').orderBy('id');
      return (await rows.execute()).map(toReminder);
    },

    haveReminded: async (origins) => {
      if (origins.length === 0) return new Set();
      const known = db
        .selectFrom('reminders')
        .select('origin')
        .where('origin', 'in', [...origins]);
      return new Set((await known.execute()).map(({ origin }) => origin));
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

    closeReminder: (said) => db.transaction().execute((tx) => closeReminderIn(tx, said)),
  };
}

/** Said by the run that asks: who postpones it, takes the question out of that run's hands. */
const BY_THE_ASKING: readonly ReminderEnd[] = ['passed', 'not-answered'];

/** In a transaction of the caller's. */
export async function closeReminderIn(
  tx: Queries,
  { id, as, by, reason }: Said & { readonly as: ReminderEnd },
): Promise<boolean> {
  const row = await tx
    .updateTable('reminders')
    .set({ closed_at: sql<string>`clock_timestamp()`, closed_as: as, closed_by: by, reason })
    .where('id', '=', id)
    .where('closed_at', 'is', null)
    .$if(BY_THE_ASKING.includes(as), (q) => q.where('asked_by', '=', by).where('asked_at', 'is not', null))
    .returning(['id', 'workflow_id'])
    .executeTakeFirst();
  if (row) await tell(tx, row, 'reminder-closed', { as, by, reason });
  else if (!(await reminderRow(tx, id))) throw new LedgerRefused(`there is no reminder "${id}"`);
  return row !== undefined;
}

const reminderRow = (db: Queries, id: string): Promise<ReminderRow | undefined> =>
  db.selectFrom('reminders').selectAll().where('id', '=', id).executeTakeFirst();

/** In the record of the run that set it. */
const tell = (
  tx: Queries,
  { id, workflow_id: workflowId }: { readonly id: string; readonly workflow_id: string },
  kind: 'reminder-set' | 'reminder-postponed' | 'reminder-closed',
  facts: object,
): Promise<void> => append(tx, [{ workflowId, kind, facts: { id, ...facts } }]);

export const toReminder = (row: ReminderRow): Reminder => ({
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
