import { sql, type Kysely } from 'kysely';
import { FUNCTIONS } from '../functions/index.ts';

/**
 * Documents that only travel through are `json` (kept as written, any escape allowed); what is searched is `jsonb`.
 * `record_entries.leaf` is what the log covers: canonical JSON, set by the sealer together with its index.
 */
const TABLES = `
create table alerts (
  id text primary key,
  source text not null,
  fingerprint text not null,
  started_at timestamptz not null,
  status text not null check (status in ('firing', 'resolved')),
  name text not null,
  severity text not null,
  labels jsonb not null,
  annotations json not null,
  ended_at timestamptz,
  link text,
  authenticated boolean not null,
  raw json not null,
  raw_hash text not null,
  received_at timestamptz not null default clock_timestamp(),
  unique (source, fingerprint, started_at, status)
);
create index alerts_by_name on alerts (name, started_at);

create table runs (
  workflow_id text primary key,
  runbook text not null,
  correlation_key text not null,
  ordinal integer not null,
  title text not null,
  input json not null,
  trigger json not null,
  dry_run boolean not null,
  status text not null default 'received' check (status in ('received', 'started', 'ended')),
  outcome text,
  result json,
  request_id text unique,
  alert_source text,
  alert_fingerprint text,
  alert_started_at timestamptz,
  when_alert_resolves text not null default 'finish',
  incident_open boolean not null default true,
  stop_by text,
  stop_reason text,
  stop_is_final boolean not null default false,
  changed_at timestamptz,
  end_hash text,
  received_at timestamptz not null default clock_timestamp(),
  started_at timestamptz,
  ended_at timestamptz,
  sealed_at timestamptz,
  unique (runbook, correlation_key, ordinal)
);
create index runs_to_start on runs (received_at) where status = 'received';
create index runs_by_alert on runs (alert_source, alert_fingerprint) where status <> 'ended';
create index runs_newest on runs (received_at desc);

create table alert_runs (
  alert_id text not null references alerts,
  workflow_id text not null references runs,
  effect text not null,
  primary key (alert_id, workflow_id)
);

create table signals (
  id text primary key,
  workflow_id text not null references runs,
  kind text not null check (kind in ('repeated', 'resolved')),
  alert_id text not null references alerts,
  at timestamptz not null default clock_timestamp(),
  delivered_at timestamptz,
  unique (workflow_id, kind, alert_id)
);
create index signals_to_deliver on signals (at) where delivered_at is null;

create table questions (
  workflow_id text not null,
  question_id text not null,
  runbook text not null,
  question json not null,
  status text not null default 'open' check (status in ('open', 'closed')),
  opened_at timestamptz not null default clock_timestamp(),
  closed_at timestamptz,
  closed_as text,
  primary key (workflow_id, question_id)
);
create index questions_open on questions (opened_at) where status = 'open';

create table decisions (
  id text primary key,
  workflow_id text not null,
  question_id text not null,
  statement text not null,
  signature text not null,
  key_id text not null,
  nonce text unique,
  person text not null,
  answer text not null,
  reason text not null,
  received_at timestamptz not null default clock_timestamp(),
  delivered_at timestamptz,
  outcome json
);
create index decisions_to_deliver on decisions (received_at) where delivered_at is null;
create index decisions_of_question on decisions (workflow_id, question_id, received_at);

create table intents (
  workflow_id text not null references runs,
  plan integer not null,
  position_kind text not null check (position_kind in ('change', 'put-back', 'undo')),
  position_index integer not null,
  step text not null,
  target text not null,
  cluster text not null,
  risk text not null,
  change_hash text not null,
  plan_hash text not null,
  change json not null,
  primary key (workflow_id, plan, position_kind, position_index)
);

create table grant_uses (
  workflow_id text not null,
  grant_id text not null,
  position_kind text not null,
  position_index integer not null,
  plan integer not null,
  granted json not null,
  used_at timestamptz not null default clock_timestamp(),
  primary key (workflow_id, grant_id, position_kind, position_index)
);

create table attempts (
  workflow_id text not null,
  plan integer not null,
  position_kind text not null,
  position_index integer not null,
  attempt integer not null,
  token text not null unique,
  cluster text not null,
  target text not null,
  worker text not null,
  fence bigint not null,
  begun_at timestamptz not null,
  deadline timestamptz not null,
  outcome text check (outcome in ('applied', 'already-satisfied', 'not-needed', 'by-hand', 'not-applied', 'failed')),
  output json,
  message text,
  settled_by text check (settled_by in ('apply', 'probe', 'person')),
  ended_at timestamptz,
  primary key (workflow_id, plan, position_kind, position_index, attempt),
  foreign key (workflow_id, plan, position_kind, position_index) references intents
);
create index attempts_open on attempts (cluster, target) where outcome is null;

create table locks (
  cluster text not null,
  target text not null,
  fence bigint not null,
  workflow_id text not null,
  taken_at timestamptz not null,
  primary key (cluster, target)
);

create table freezes (
  id text primary key,
  scope text not null check (scope in ('everything', 'runbook', 'cluster')),
  name text,
  reason text not null,
  by text not null,
  since timestamptz not null default clock_timestamp(),
  until timestamptz,
  lifted_at timestamptz,
  lifted_by text
);

create table leftovers (
  id text primary key,
  workflow_id text not null,
  target text not null,
  what text not null,
  why text not null,
  owner text not null,
  since timestamptz not null default clock_timestamp(),
  expires_at timestamptz not null,
  cleared_at timestamptz
);
create unique index leftovers_open on leftovers (workflow_id, target, what) where cleared_at is null;

create table tokens (
  id text primary key,
  hash bytea not null unique,
  person text not null,
  scopes text[] not null,
  created_at timestamptz not null default clock_timestamp(),
  expires_at timestamptz not null,
  revoked_at timestamptz,
  last_used_at timestamptz
);

create table record_entries (
  id bigint generated always as identity primary key,
  workflow_id text not null,
  kind text not null,
  at timestamptz not null default clock_timestamp(),
  facts json,
  idem text unique,
  leaf_index bigint unique,
  leaf text,
  check ((leaf_index is null) = (leaf is null) and (leaf is null) = (facts is not null))
);
create index record_entries_of_run on record_entries (workflow_id, id);
create index record_entries_unsealed on record_entries (id) where leaf_index is null;

create table log_nodes (
  level smallint not null,
  index bigint not null,
  hash bytea not null,
  primary key (level, index)
);

create table checkpoints (
  size bigint primary key,
  note text not null,
  signed_at timestamptz not null default clock_timestamp(),
  witnessed_at timestamptz
);
`;

/** Whoever dispatches work listens on a channel with the schema's name. */
const NOTIFY = `
create function notify_work() returns trigger language plpgsql as $$
begin
  perform pg_notify(tg_table_schema, tg_argv[0]);
  return null;
end $$;
create trigger runs_notify after insert on runs for each statement execute function notify_work('run');
create trigger runs_started_notify after update of status on runs for each row when (new.status = 'started')
  execute function notify_work('signal');
create trigger signals_notify after insert on signals for each statement execute function notify_work('signal');
create trigger decisions_notify after insert on decisions for each statement execute function notify_work('decision');
`;

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const text of [TABLES, NOTIFY, ...FUNCTIONS]) await sql.raw(text).execute(db);
}
