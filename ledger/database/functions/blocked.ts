/**
 * `blocked(...)`: why no such effect may begin now, or null. Nothing of a run that only tries may, nor of one that a
 * person has taken over. A freeze lets `notify` through. A stop by a person is final; a stop because the alert resolved
 * lets the run tell people and put back what it added.
 */
export const BLOCKED = `
create or replace function utc(t timestamptz) returns text language sql stable return
  to_char(t at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"');

create or replace function blocked(p_run runs, p_cluster text, p_risk text, p_position text, out why text, out message text)
language plpgsql as $$
declare
  f freezes;
begin
  if p_run.dry_run then
    why := 'stopped';
    message := 'this run only tries: nothing of it is carried out';
    return;
  end if;
  if p_run.stop_by is not null and (p_run.stop_is_final or (p_position = 'change' and p_risk <> 'notify')) then
    why := 'stopped';
    message := format('the run was stopped by %s: %s', p_run.stop_by, p_run.stop_reason);
    return;
  end if;
  if p_run.hands_taken then
    why := 'taken-over';
    message := format('%s has taken the run over: %s', p_run.hands_by, p_run.hands_reason);
    return;
  end if;
  if p_risk = 'notify' then return; end if;
  select * into f from freezes
    where lifted_at is null and (until is null or until > clock_timestamp())
      and (scope = 'everything' or (scope = 'runbook' and name = p_run.runbook) or (scope = 'cluster' and name = p_cluster))
    order by since limit 1;
  if found then
    why := 'frozen';
    message := format('%s is frozen by %s: %s; lift it with "nightshift lift %s"',
      case f.scope when 'everything' then 'everything' else f.scope || ' ' || f.name end, f."by", f.reason, f.id);
  end if;
end $$;
`;
