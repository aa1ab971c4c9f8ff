/** `waits_for(run)`: whom or what a run waits for, before it starts or before a change; null for nothing. */
export const WAITS_FOR = `
create function waits_for(p_run runs) returns json language plpgsql stable as $$
declare
  ahead text[];
begin
  if p_run.status = 'started' and p_run.hands_taken then
    return json_build_object('what', format('%s has taken it over: %s', p_run.hands_by, p_run.hands_reason),
      'on', '[]'::json, 'since', utc(p_run.hands_since));
  end if;
  if p_run.status = 'started' then
    return (select json_build_object('what', what, 'on', on_runs, 'since', utc(since)) from waits
      where workflow_id = p_run.workflow_id);
  end if;
  if p_run.status <> 'received' or p_run.admitted_at is not null then return null; end if;
  if p_run.not_before > clock_timestamp() then
    return json_build_object('what', p_run.waits, 'on', '[]'::json, 'until', utc(p_run.not_before));
  end if;
  ahead := array(select workflow_id from runs where workflow_id = p_run.after_run and status <> 'ended');
  if ahead <> '{}' then
    return json_build_object('what', 'is queued behind another run of the same incident', 'on', ahead);
  end if;
  -- Its moment has come, and the next look admits it.
  if p_run.at_most is null then return null; end if;
  return json_build_object('what', format('%s runs of %s at once, and no place is free', p_run.at_most, p_run.runbook),
    'on', running_of(p_run));
end $$;
`;
