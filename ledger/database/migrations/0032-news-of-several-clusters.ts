import { sql, type Kysely } from 'kysely';

/** A change's cluster is the one that it acts on; what an intent's own column says is where its locks are kept. */
const FUNCTION = `
create or replace function keep_change_news() returns trigger language plpgsql set search_path from current as $$
begin
  insert into news (workflow_id, kind, facts, at)
    select new.workflow_id, 'change', json_build_object('step', i.step, 'target', i.target,
        'cluster', coalesce(i.change ->> 'cluster', i.cluster), 'risk', i.risk, 'summary', i.change ->> 'summary',
        'outcome', new.facts ->> 'outcome'), new.at
      from intents i
      where i.workflow_id = new.workflow_id and i.plan = (new.facts ->> 'plan')::integer
        and i.position_kind = new.facts #>> '{position,kind}'
        and i.position_index = (new.facts #>> '{position,index}')::integer
        and i.risk not in ('notify', 'diagnostic');
  return null;
end $$;
`;

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql.raw(FUNCTION).execute(db);
}
