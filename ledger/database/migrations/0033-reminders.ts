import { sql, type Kysely } from 'kysely';

/** What somebody is to be asked later. `origin` says what set it: the same again is the same reminder. */
const TABLE = `
create table reminders (
  id text primary key,
  origin text not null unique,
  workflow_id text not null,
  text text not null,
  whom text not null,
  set_by text not null,
  said text not null,
  unless json,
  set_at timestamptz not null default clock_timestamp(),
  due_at timestamptz not null,
  asked_at timestamptz,
  asked_by text,
  closed_at timestamptz,
  closed_as text,
  closed_by text,
  reason text
);
create index reminders_open on reminders (due_at) where closed_at is null;
create index reminders_newest on reminders (set_at desc);
`;

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql.raw(TABLE).execute(db);
}
