import { sql } from 'kysely';
import type { RecordBacklog } from '../api.ts';
import type { LedgerContext } from '../database/context.ts';

export async function recordBacklog({ db }: LedgerContext): Promise<RecordBacklog> {
  // A checkpoint that was never handed over is covered by any later one that was.
  const { rows } = await sql<RecordBacklog>`select
      coalesce((select ${age(sql`at`)} from record_entries where leaf_index is null order by id limit 1), 0)
        as "unsealedMs",
      coalesce((select ${age(sql`min(signed_at)`)} from checkpoints where size >
        coalesce((select max(size) from checkpoints where witnessed_at is not null), 0)), 0) as "unwitnessedMs"`.execute(
    db,
  );
  return rows[0]!;
}

const age = (at: ReturnType<typeof sql>) =>
  sql`(1000 * extract(epoch from clock_timestamp() - ${at}))::double precision`;
