/**
 * `take_budgets(...)`: null when the change has its place, else the run that is before it. A budget is given to one change
 * at a time, and only upon facts younger than the end of the change that had it before. Whoever took it and never began
 * (its worker died) loses it after half a minute; whoever began keeps it until it is known what became of that.
 */
export const BUDGETS = `
create function take_budgets(p_workflow text, p_plan integer, p_kind text, p_index integer, p_names text[],
  p_as_of timestamptz) returns text language plpgsql as $$
declare
  holder text;
begin
  perform pg_advisory_xact_lock(hashtextextended(format('budget %s %s', current_schema(), n), 0))
    from (select unnest(p_names) as n order by n) as sorted;
  select b.workflow_id into holder from budgets b
    join runs r using (workflow_id)
    left join lateral (select * from attempts a where a.workflow_id = b.workflow_id and a.plan = b.plan
      and a.position_kind = b.position_kind and a.position_index = b.position_index and a.begun_at >= b.taken_at
      order by a.attempt desc limit 1) a on true
    where b.name = any (p_names)
      and (b.workflow_id, b.plan, b.position_kind, b.position_index) <> (p_workflow, p_plan, p_kind, p_index)
      and case
        when a.attempt is null then r.status <> 'ended' and b.taken_at > clock_timestamp() - interval '30 seconds'
        when a.outcome is null then r.status <> 'ended' or clock_timestamp() < a.deadline + interval '2 seconds'
        else a.ended_at > p_as_of
      end
    limit 1;
  if found then return holder; end if;
  insert into budgets as b select n, p_workflow, p_plan, p_kind, p_index, clock_timestamp() from unnest(p_names) as n
    on conflict (name) do update set workflow_id = excluded.workflow_id, plan = excluded.plan,
      position_kind = excluded.position_kind, position_index = excluded.position_index, taken_at = excluded.taken_at
    -- Its own, for an attempt of which nobody knows what became, stays that attempt's.
    where not exists (select from attempts a where a.workflow_id = p_workflow and a.plan = p_plan
      and a.position_kind = p_kind and a.position_index = p_index and a.outcome is null and a.begun_at >= b.taken_at
      and (b.workflow_id, b.plan, b.position_kind, b.position_index) = (p_workflow, p_plan, p_kind, p_index));
  return null;
end $$;
`;
