/** What people are told outside of nightshift: taken from the record as it is written, delivered until it has arrived. */
import { sql, type Selectable } from 'kysely';
import { toRunRow } from './runs.ts';
import type { RunRow } from './api.ts';
import type { LedgerContext, Queries } from './database/context.ts';
import type { Database } from './database/tables.ts';

/** An entry of the record that people may want to know of. */
export interface News {
  readonly id: number;
  readonly kind: string;
  readonly facts: unknown;
  readonly at: string;
  /** Absent for what concerns the whole deployment. */
  readonly run?: RunRow | undefined;
  /** The question that it is about, as it is now. */
  readonly question?: unknown;
}

/** A message to one channel. */
export interface NewMessage {
  /** The same id again is the same message. */
  readonly id: string;
  readonly channel: string;
  /** Empty for what concerns the whole deployment. */
  readonly workflowId: string;
  readonly kind: string;
  readonly message: unknown;
}

export interface MessageRow extends NewMessage {
  readonly createdAt: string;
  /** Attempts that began, this one included. */
  readonly attempts: number;
  readonly deliveredAt?: string | undefined;
  readonly givenUpAt?: string | undefined;
  /** Why the last attempt failed. */
  readonly problem?: string | undefined;
  /** Where it is in the channel, in the channel's own words: a thread is found again by the first of its run. */
  readonly place?: string | undefined;
}

export interface TellingLedger {
  /**
   * Takes up to `limit` news, oldest first, and writes down what `compose` makes of them, in one transaction: none is
   * lost, and none is composed twice, whoever dies. Answers how many there were.
   */
  takeNews(limit: number, compose: (news: News) => readonly NewMessage[]): Promise<number>;
  addMessage(message: NewMessage): Promise<void>;
  /**
   * Messages of a channel that are due, oldest first; nobody else is given them for `leaseMs`. Where kinds come first,
   * the others of a run wait until what of these was written before them has arrived or is given up: nothing is closed
   * there before it was opened.
   */
  messagesToDeliver(o: {
    channel: string;
    limit: number;
    leaseMs: number;
    /** Kinds that come before the others. */
    first?: readonly string[] | undefined;
  }): Promise<readonly MessageRow[]>;
  messageDelivered(ids: readonly string[], place: string | undefined): Promise<void>;
  /** To be tried again after `retryMs`, or given up where that is absent. */
  messageFailed(ids: readonly string[], o: { problem: string; retryMs?: number | undefined }): Promise<void>;
  /** Given back untried. */
  messagesPutBack(ids: readonly string[]): Promise<void>;
  /** Where the first message of a run is in a channel. */
  placeOf(o: { channel: string; workflowId: string }): Promise<string | undefined>;
  /** Whether a run other than this one was started by the same incident of PagerDuty and has not ended. */
  otherRunOfIncident(o: { incident: string; workflowId: string }): Promise<boolean>;
  /** Newest first. */
  messages(filter: { workflowId?: string | undefined; limit: number }): Promise<readonly MessageRow[]>;
}

export function tellingMethods({ db }: LedgerContext): TellingLedger {
  return {
    takeNews: (limit, compose) =>
      db.transaction().execute(async (tx) => {
        const { rows } = await sql<Selectable<Database['news']>>`
          delete from news where id in (select id from news order by id limit ${limit} for update skip locked)
          returning id, workflow_id, kind, facts, utc(at) as at`.execute(tx);
        if (rows.length === 0) return 0;
        const workflowIds = [...new Set(rows.map((row) => row.workflow_id))];
        const runs = await tx
          .selectFrom('runs')
          .selectAll()
          .where('workflow_id', 'in', workflowIds)
          .execute();
        const questions = await tx
          .selectFrom('questions')
          .select(['workflow_id', 'question_id', 'question'])
          .where('workflow_id', 'in', workflowIds)
          .execute();
        const byId = new Map(runs.map((run) => [run.workflow_id, toRunRow(run)]));
        const made = rows
          .toSorted((a, b) => a.id - b.id)
          .flatMap(({ workflow_id: id, ...row }) => {
            const { questionId } = row.facts as { readonly questionId?: unknown };
            const question = questions.find((q) => q.workflow_id === id && q.question_id === questionId);
            return compose({ ...row, run: byId.get(id), question: question?.question });
          });
        if (made.length > 0) await add(tx, made);
        return rows.length;
      }),

    addMessage: (message) => add(db, [message]),

    messagesToDeliver: async ({ channel, limit, leaseMs, first = [] }) => {
      const { rows } = await sql<Selectable<Database['messages']>>`
        update messages set attempts = attempts + 1, due_at = clock_timestamp() + ${leaseMs} * interval '1 millisecond'
        where id in (select id from messages where channel = ${channel} and delivered_at is null and given_up_at is null
          and due_at <= clock_timestamp()
          and (workflow_id = '' or kind = any (${first}::text[]) or not exists (select from messages e
            where e.workflow_id = messages.workflow_id and e.channel = messages.channel
              and e.kind = any (${first}::text[]) and e.created_at <= messages.created_at
              and e.delivered_at is null and e.given_up_at is null))
          order by kind = any (${first}::text[]) desc, created_at, id limit ${limit} for update skip locked)
        returning *`.execute(db);
      return rows.map(toMessage).toSorted((a, b) => (a.createdAt < b.createdAt ? -1 : 1));
    },

    messageDelivered: async (ids, place) => {
      await db
        .updateTable('messages')
        .set({ delivered_at: sql<string>`clock_timestamp()`, problem: null, place: place ?? null })
        .where('id', 'in', [...ids])
        .where('delivered_at', 'is', null)
        .execute();
    },

    messageFailed: async (ids, { problem, retryMs }) => {
      await db
        .updateTable('messages')
        .set({
          problem,
          ...(retryMs === undefined
            ? { given_up_at: sql<string>`clock_timestamp()` }
            : { due_at: sql<string>`clock_timestamp() + ${retryMs} * interval '1 millisecond'` }),
        })
        .where('id', 'in', [...ids])
        .where('delivered_at', 'is', null)
        .execute();
    },

    messagesPutBack: async (ids) => {
      await db
        .updateTable('messages')
        .set({ attempts: sql<number>`attempts - 1`, due_at: sql<string>`clock_timestamp()` })
        .where('id', 'in', [...ids])
        .execute();
    },

    placeOf: async ({ channel, workflowId }) => {
      const row = await db
        .selectFrom('messages')
        .select('place')
        .where('channel', '=', channel)
        .where('workflow_id', '=', workflowId)
        .where('place', 'is not', null)
        .orderBy('created_at')
        .limit(1)
        .executeTakeFirst();
      return row?.place ?? undefined;
    },

    otherRunOfIncident: async ({ incident, workflowId }) => {
      const { rows } = await sql`
        select 1 from runs where status <> 'ended' and not dry_run and workflow_id <> ${workflowId}
          and trigger ->> 'source' = 'pagerduty' and trigger -> 'alert' -> 'labels' ->> 'incident' = ${incident}
          limit 1`.execute(db);
      return rows.length > 0;
    },

    messages: async ({ workflowId, limit }) => {
      let query = db
        .selectFrom('messages')
        .selectAll()
        .orderBy('created_at', 'desc')
        .orderBy('id')
        .limit(limit);
      if (workflowId !== undefined) query = query.where('workflow_id', '=', workflowId);
      return (await query.execute()).map(toMessage);
    },
  };
}

async function add(db: Queries, messages: readonly NewMessage[]): Promise<void> {
  await db
    .insertInto('messages')
    .values(
      messages.map(({ id, channel, workflowId, kind, message }) => ({
        ...{ id, channel, kind, workflow_id: workflowId, message: JSON.stringify(message) },
      })),
    )
    .onConflict((c) => c.doNothing())
    .execute();
}

const toMessage = (row: Selectable<Database['messages']>): MessageRow => ({
  id: row.id,
  channel: row.channel,
  workflowId: row.workflow_id,
  kind: row.kind,
  message: row.message,
  createdAt: row.created_at,
  attempts: row.attempts,
  deliveredAt: row.delivered_at ?? undefined,
  givenUpAt: row.given_up_at ?? undefined,
  problem: row.problem ?? undefined,
  place: row.place ?? undefined,
});
