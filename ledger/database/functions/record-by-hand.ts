/**
 * `record_by_hand(...)`: a person did the change, the probe saw it, and now it is written down. Nothing of ours acts, so
 * neither freeze, stop, lock nor the grant's expiry stands against it; an attempt that is open does.
 */
export const RECORD_BY_HAND = `
create function record_by_hand(
  p_workflow text, p_plan integer, p_kind text, p_index integer,
  p_step text, p_target text, p_cluster text, p_risk text, p_change_hash text, p_plan_hash text, p_change json,
  p_worker text, p_token text, p_output json, p_message text, p_left json, p_facts json,
  out state text, out outcome text, out output json, out adopted json, out message text
) language plpgsql as $$
declare
  i intents; a attempts;
  n integer := 1;
  started timestamptz;
begin
  perform from runs where workflow_id = p_workflow for update;
  if not found then
    state := 'refused';
    message := format('the ledger knows no run "%s"', p_workflow);
    return;
  end if;
  select * into i from intents
    where workflow_id = p_workflow and plan = p_plan and position_kind = p_kind and position_index = p_index;
  if found then
    if i.change_hash <> p_change_hash then
      state := 'refused';
      message := format('%s %s of plan %s was begun as another change (%s on %s)', p_kind, p_index + 1, p_plan, i.step, i.target);
      return;
    end if;
    select * into a from attempts
      where workflow_id = p_workflow and plan = p_plan and position_kind = p_kind and position_index = p_index
      order by attempt desc limit 1;
    if a.outcome is null then
      state := 'refused';
      message := 'an earlier attempt has no result yet';
      return;
    elsif a.outcome not in ('not-applied', 'failed') then
      state := 'completed';
      outcome := a.outcome;
      output := a.output;
      return;
    end if;
    n := a.attempt + 1;
  end if;
  started := clock_timestamp();
  insert into intents values (p_workflow, p_plan, p_kind, p_index, p_step, p_target, p_cluster, p_risk,
    p_change_hash, p_plan_hash, p_change) on conflict do nothing;
  insert into record_entries (workflow_id, kind, at, facts) values (p_workflow, 'intent', started, json_build_object(
    'plan', p_plan, 'position', json_build_object('kind', p_kind, 'index', p_index), 'attempt', n, 'byHand', true,
    'worker', p_worker, 'intent', p_facts));
  -- No fence: whoever did it did not come through the ledger.
  insert into attempts (workflow_id, plan, position_kind, position_index, attempt, token, cluster, target, worker,
      fence, begun_at, deadline, outcome, output, message, settled_by, ended_at)
    values (p_workflow, p_plan, p_kind, p_index, n, p_token, p_cluster, p_target, p_worker,
      0, started, started, 'by-hand', p_output, p_message, 'person', started)
    returning * into a;
  perform record_end('result', a);
  if p_risk not in ('notify', 'diagnostic') then
    update runs set changed_at = coalesce(changed_at, started) where workflow_id = p_workflow;
  end if;
  state := 'recorded';
  outcome := 'by-hand';
  output := p_output;
  adopted := account_for_leftover(a, p_left);
end $$;
`;
