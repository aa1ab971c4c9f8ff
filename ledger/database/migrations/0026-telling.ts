import { sql, type Kysely } from 'kysely';

/**
 * `news` is what the gateway has not yet looked at, copied from the record in the transaction that wrote it; `messages`
 * is what it made of that, one row a channel, kept as the list of what was told.
 */
const TABLES = `
create table news (
  id bigint generated always as identity primary key,
  workflow_id text not null,
  kind text not null,
  facts json not null,
  at timestamptz not null
);
create table messages (
  id text primary key,
  channel text not null,
  workflow_id text not null,
  kind text not null,
  message json not null,
  created_at timestamptz not null default clock_timestamp(),
  due_at timestamptz not null default clock_timestamp(),
  attempts integer not null default 0,
  delivered_at timestamptz,
  given_up_at timestamptz,
  problem text,
  place text
);
create index messages_due on messages (channel, due_at) where delivered_at is null and given_up_at is null;
create index messages_of_run on messages (workflow_id, created_at);
create index messages_newest on messages (created_at desc);

create function keep_news() returns trigger language plpgsql as $$
begin
  insert into news (workflow_id, kind, facts, at) values (new.workflow_id, new.kind, new.facts, new.at);
  return null;
end $$;
create trigger record_entries_news after insert on record_entries for each row
  when (new.kind in ('question-opened', 'question-reminded', 'question-escalated', 'question-closed', 'run-ended',
    'freeze', 'lift'))
  execute function keep_news();
`;

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql.raw(TABLES).execute(db);
}
