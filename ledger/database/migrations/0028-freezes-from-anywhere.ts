import { sql, type Kysely } from 'kysely';

/** A row that somebody writes with psql fires these as well, and psql's search path is another. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const name of ['freeze_comes', 'freeze_recorded', 'freeze_lifted', 'keep_news'])
    await sql.raw(`alter function ${name}() set search_path from current`).execute(db);
}
