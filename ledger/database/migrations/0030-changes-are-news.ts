import { sql, type Kysely } from 'kysely';

/** Changes that were made are news as well: what was done to what. Neither input nor output goes along. */
const TRIGGER = `
create function keep_change_news() returns trigger language plpgsql set search_path from current as $$
begin
  insert into news (workflow_id, kind, facts, at)
    select new.workflow_id, 'change', json_build_object('step', i.step, 'target', i.target, 'cluster', i.cluster,
        'risk', i.risk, 'summary', i.change ->> 'summary', 'outcome', new.facts ->> 'outcome'), new.at
      from intents i
      where i.workflow_id = new.workflow_id and i.plan = (new.facts ->> 'plan')::integer
        and i.position_kind = new.facts #>> '{position,kind}'
        and i.position_index = (new.facts #>> '{position,index}')::integer
        and i.risk not in ('notify', 'diagnostic');
  return null;
end $$;
create trigger record_entries_changes after insert on record_entries for each row
  when (new.kind = 'result' and new.facts ->> 'outcome' in ('applied', 'by-hand'))
  execute function keep_change_news();
`;

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql.raw(TRIGGER).execute(db);
}
