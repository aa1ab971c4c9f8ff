/**
 * Compare-and-set on an attempt without a result. `finish_attempt` is the worker that holds the token: true again when
 * it asks twice. `settle_attempt` is somebody else, after deadline and skew. Both keep the list of what is left.
 */
export const END_ATTEMPT = `
create type ended_attempt as (done boolean, adopted json);

create function record_end(p_kind text, a attempts) returns void language sql
begin atomic
  insert into record_entries (workflow_id, kind, at, facts) values (a.workflow_id, p_kind, a.ended_at,
    json_build_object('plan', a.plan, 'position', json_build_object('kind', a.position_kind, 'index', a.position_index),
      'attempt', a.attempt, 'outcome', a.outcome, 'settledBy', a.settled_by, 'output', a.output, 'message', a.message));
end;

create function finish_attempt(p_workflow text, p_plan integer, p_kind text, p_index integer, p_token text,
  p_outcome text, p_output json, p_message text, p_settled_by text, p_left json)
  returns ended_attempt language plpgsql as $$
declare
  a attempts;
begin
  update attempts set outcome = p_outcome, output = p_output, message = p_message, settled_by = p_settled_by,
      ended_at = clock_timestamp()
    where token = p_token and workflow_id = p_workflow and plan = p_plan and position_kind = p_kind
      and position_index = p_index and outcome is null
    returning * into a;
  if not found then
    return row(exists (select from attempts where token = p_token and workflow_id = p_workflow
      and outcome = p_outcome and settled_by = 'apply' and p_settled_by = 'apply'), '[]')::ended_attempt;
  end if;
  perform record_end('result', a);
  return row(true, account_for_leftover(a, p_left))::ended_attempt;
end $$;

create function settle_attempt(p_workflow text, p_plan integer, p_kind text, p_index integer, p_attempt integer,
  p_skew_ms double precision, p_outcome text, p_output json, p_message text, p_settled_by text, p_left json)
  returns ended_attempt language plpgsql as $$
declare
  a attempts;
begin
  update attempts set outcome = p_outcome, output = p_output, message = p_message, settled_by = p_settled_by,
      ended_at = clock_timestamp()
    where workflow_id = p_workflow and plan = p_plan and position_kind = p_kind and position_index = p_index
      and attempt = p_attempt and outcome is null
      and clock_timestamp() > deadline + p_skew_ms * interval '1 millisecond'
    returning * into a;
  if not found then return row(false, '[]')::ended_attempt; end if;
  perform record_end('settle', a);
  return row(true, account_for_leftover(a, p_left))::ended_attempt;
end $$;
`;
