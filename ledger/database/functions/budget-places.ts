/**
 * `holds_budgets(...)`: whether a change that has begun still has its places. It waits for whoever is taking one of them,
 * so that of two changes whose looks crossed only one acts. After half a minute what the place was given upon is too old.
 * `leave_budgets(...)`: gives back the places of a change that was not begun upon them.
 */
export const BUDGET_PLACES = `
create function holds_budgets(p_workflow text, p_plan integer, p_kind text, p_index integer, p_names text[])
  returns boolean language plpgsql as $$
begin
  perform pg_advisory_xact_lock(hashtextextended(format('budget %s %s', current_schema(), n), 0))
    from (select unnest(p_names) as n order by n) as sorted;
  return (select count(*) from budgets where name = any (p_names)
      and (workflow_id, plan, position_kind, position_index) = (p_workflow, p_plan, p_kind, p_index)
      and taken_at > clock_timestamp() - interval '30 seconds')
    = (select count(distinct n) from unnest(p_names) as n);
end $$;

create function leave_budgets(p_workflow text, p_plan integer, p_kind text, p_index integer)
  returns void language sql as $$
  delete from budgets b
    where (workflow_id, plan, position_kind, position_index) = (p_workflow, p_plan, p_kind, p_index)
      and not exists (select from attempts a where a.workflow_id = b.workflow_id and a.plan = b.plan
        and a.position_kind = b.position_kind and a.position_index = b.position_index and a.begun_at >= b.taken_at);
$$;
`;
