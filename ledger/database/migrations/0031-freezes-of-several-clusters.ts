import { sql, type Kysely } from 'kysely';
import { BEGIN_INTENT } from '../functions/begin-intent.ts';

/** A freeze of a cluster stops the changes that act on it, where a deployment has several. */
export async function up(db: Kysely<unknown>): Promise<void> {
  const [, functions] = BEGIN_INTENT.split(/(?=create function)/);
  await sql.raw(functions!.replace('create function', 'create or replace function')).execute(db);
}
