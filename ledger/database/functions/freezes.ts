/**
 * A freeze is a row, whoever writes it: nightshift, or an administrator with psql when all else is down. The row takes
 * the freeze lock, so that once it is committed every later intent sees it, and it is recorded; so is who lifted it. It
 * is lifted, never changed or deleted: the record would not say who ended it.
 */

/** A lift says what it was that was frozen: whoever is told of the freeze by its runbook is told of its end. */
export const FREEZE_RECORDED = `
create or replace function freeze_recorded() returns trigger language plpgsql set search_path from current as $$
begin
  if tg_op = 'INSERT' then
    insert into record_entries (workflow_id, kind, facts) values ('', 'freeze', json_strip_nulls(json_build_object(
      'id', new.id, 'scope', json_build_object('kind', new.scope, 'name', new.name), 'reason', new.reason,
      'by', new."by", 'since', utc(new.since), 'until', utc(new.until))));
  else
    insert into record_entries (workflow_id, kind, facts) values ('', 'lift', json_strip_nulls(json_build_object(
      'id', new.id, 'scope', json_build_object('kind', new.scope, 'name', new.name), 'by', new.lifted_by)));
  end if;
  return null;
end $$;
`;

export const FREEZES = `
create function freeze_comes() returns trigger language plpgsql as $$
begin
  perform pg_advisory_xact_lock(hashtextextended('freeze ' || current_schema(), 0));
  return new;
end $$;
create trigger freezes_lock before insert on freezes for each row execute function freeze_comes();

${FREEZE_RECORDED}
create trigger freezes_recorded after insert on freezes for each row execute function freeze_recorded();
create trigger lifts_recorded after update of lifted_at on freezes for each row
  when (old.lifted_at is null and new.lifted_at is not null) execute function freeze_recorded();

create function freeze_lifted() returns trigger language plpgsql as $$
begin
  if tg_op = 'UPDATE' and old.lifted_at is null and new.lifted_at is not null
    and (old.id, old.scope, old.name, old.reason, old."by", old.since, old.until)
      is not distinct from (new.id, new.scope, new.name, new.reason, new."by", new.since, new.until)
  then
    new.lifted_by := coalesce(new.lifted_by, session_user || ' (at the database)');
    return new;
  end if;
  raise exception 'a freeze is lifted, not changed or deleted'
    using hint = format('update freezes set lifted_at = now() where id = %L; then insert the new one', old.id);
end $$;
create trigger freezes_kept before update or delete on freezes for each row execute function freeze_lifted();
`;
