import { sql, type Kysely } from 'kysely';
import { BEGIN_INTENT } from '../functions/begin-intent.ts';
import { FREEZES } from '../functions/freezes.ts';
import { LOCKS } from '../functions/locks.ts';
import { WAITS_FOR } from '../functions/waits-for.ts';

/** Locks that a plan holds until it is over; what a run waits for; freezes that a plain row makes. */
const TABLES = `
alter table locks alter workflow_id drop not null;
update locks l set workflow_id = null where not exists (select from attempts a
  where a.cluster = l.cluster and a.target = l.target and a.workflow_id = l.workflow_id and a.outcome is null);
create index locks_held on locks (workflow_id) where workflow_id is not null;

create table plan_holds (
  workflow_id text not null references runs,
  plan integer not null,
  cluster text not null,
  targets text[] not null,
  effects integer not null,
  primary key (workflow_id, plan)
);

create table waits (
  workflow_id text primary key references runs,
  what text not null,
  on_runs text[] not null,
  since timestamptz not null default clock_timestamp()
);

alter table freezes
  alter id set default 'freeze-' || substr(replace(gen_random_uuid()::text, '-', ''), 1, 20),
  alter by set default session_user || ' (at the database)',
  add constraint freezes_named check ((scope = 'everything') = (name is null)),
  add constraint freezes_reasoned check (reason <> '');

drop function if exists waits_for(runs);
drop type begun_intent cascade;
`;

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const text of [TABLES, BEGIN_INTENT, LOCKS, WAITS_FOR, FREEZES]) await sql.raw(text).execute(db);
}
