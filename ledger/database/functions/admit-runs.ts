/**
 * A received run starts once it is admitted: its moment has come, the run before it in its queue has ended, and its
 * runbook has a place free. `admit_runs` decides that for all gateways, one at a time, the oldest first; a place that was
 * given is held until the run ends.
 */
export const ADMIT_RUNS = `
create function running_of(p_run runs) returns text[] language sql stable as $$
  select array(select workflow_id from runs where runbook = p_run.runbook and status <> 'ended' and not dry_run
    and admitted_at is not null order by admitted_at);
$$;

create function admit_runs() returns void language plpgsql as $$
declare
  r runs;
begin
  if not exists (select from runs where status = 'received' and admitted_at is null) then return; end if;
  perform pg_advisory_xact_lock(hashtextextended('admission ' || current_schema(), 0));
  -- A row that an alert is adding to at this moment is looked at the next time.
  for r in select * from runs where status = 'received' and admitted_at is null
    and (not_before is null or not_before <= clock_timestamp()) order by received_at for update skip locked
  loop
    continue when exists (select from runs where workflow_id = r.after_run and status <> 'ended');
    continue when cardinality(running_of(r)) >= r.at_most;
    update runs set admitted_at = clock_timestamp() where workflow_id = r.workflow_id;
  end loop;
end $$;

create function runs_to_start(p_limit integer) returns setof runs language plpgsql as $$
begin
  perform admit_runs();
  return query select * from runs where status = 'received' and admitted_at is not null
    order by received_at limit p_limit;
end $$;
`;
