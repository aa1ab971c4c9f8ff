import { sql } from 'kysely';
import type { LedgerContext } from './database/context.ts';

export interface RequestsSeenLedger {
  /** True the first time; remembered for an hour, which is longer than a signed request is believed. */
  isFirstSight(id: string): Promise<boolean>;
}

export const requestsSeenMethods = ({ db }: LedgerContext): RequestsSeenLedger => ({
  isFirstSight: async (id) => {
    await sql`delete from requests_seen where at < clock_timestamp() - interval '1 hour'`.execute(db);
    const { numInsertedOrUpdatedRows } = await db
      .insertInto('requests_seen')
      .values({ id })
      .onConflict((c) => c.doNothing())
      .executeTakeFirstOrThrow();
    return numInsertedOrUpdatedRows === 1n;
  },
});
