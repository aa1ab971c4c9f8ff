/**
 * `withdraw_request(...)`: no attempt of this request, or of an earlier one for the same place, begins any more. False
 * when one has begun. It holds the run's row, as `begin_intent` does: one of the two comes first.
 */
export const WITHDRAW_REQUEST = `
create function withdraw_request(p_workflow text, p_plan integer, p_kind text, p_index integer, p_requested_at timestamptz)
  returns boolean language plpgsql as $$
begin
  perform from runs where workflow_id = p_workflow for update;
  if exists (select from attempts where workflow_id = p_workflow and plan = p_plan and position_kind = p_kind
    and position_index = p_index and requested_at >= p_requested_at)
  then
    return false;
  end if;
  insert into withdrawn_requests as w values (p_workflow, p_plan, p_kind, p_index, p_requested_at)
    on conflict (workflow_id, plan, position_kind, position_index) do update set until = greatest(w.until, excluded.until);
  return true;
end $$;
`;
