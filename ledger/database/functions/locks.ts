/**
 * Locks of targets, and waiting for them.
 *
 * 1. `locks` says which run has a target, with a fence that never counts down: the row stays when nobody has it.
 * 2. `plan_holds` says for which plans a run keeps targets: from a plan's first change until all of its effects are done
 *    or another plan takes its place. What takes part in no hold (an undo, word to people) has its target for the attempt.
 * 3. A run that ends lets go of everything (the sweeper ends one that died). An attempt that is still open then keeps
 *    its own target until it can no longer be running: `begin_intent` looks at attempts as well.
 */
export const LOCKS = `
create function free_locks(p_workflow text) returns void language sql as $$
  with free as (select l.cluster, l.target from locks l where l.workflow_id = p_workflow
      and not exists (select from plan_holds h where h.workflow_id = p_workflow and h.cluster = l.cluster
        and l.target = any (h.targets))
      and not exists (select from attempts a where a.workflow_id = p_workflow and a.cluster = l.cluster
        and a.target = l.target and a.outcome is null)
    -- In the order in which begin_intent takes them.
    order by l.target for update)
  update locks l set workflow_id = null from free where l.cluster = free.cluster and l.target = free.target;
$$;

create function attempt_over() returns trigger language plpgsql as $$
declare
  h plan_holds;
begin
  if new.outcome is null then return null; end if;
  select * into h from plan_holds where workflow_id = new.workflow_id and plan = new.plan for update;
  if found and h.effects <= (select count(distinct (position_kind, position_index)) from attempts
    where workflow_id = new.workflow_id and plan = new.plan and position_kind in ('change', 'put-back')
      and outcome not in ('not-applied', 'failed'))
  then
    delete from plan_holds where workflow_id = new.workflow_id and plan = new.plan;
  end if;
  perform free_locks(new.workflow_id);
  return null;
end $$;
create trigger attempts_over after insert or update of outcome on attempts
  for each row execute function attempt_over();

create function run_over() returns trigger language plpgsql as $$
begin
  delete from plan_holds where workflow_id = new.workflow_id;
  update locks set workflow_id = null where workflow_id = new.workflow_id;
  delete from waits where workflow_id = new.workflow_id;
  return null;
end $$;
create trigger runs_over after update of status on runs for each row when (new.status = 'ended')
  execute function run_over();

-- Whether the holder waits, itself or through others, for the run that would now wait for it.
create function would_never_end(p_workflow text, p_holder text) returns boolean language sql stable as $$
  with recursive chain (id) as (
    select p_holder
    union
    select unnest(w.on_runs) from chain c join waits w on w.workflow_id = c.id)
  select exists (select from chain where id = p_workflow);
$$;

-- Writes down what the run waits for; answers the refusal. The one that would close a circle does not wait: it says so.
create function must_wait(p_workflow text, p_holder text, p_waited_for text, p_waited_since timestamptz, p_what text,
  p_message text)
returns begun_intent language plpgsql as $$
begin
  if would_never_end(p_workflow, p_holder) then
    return row('refused', null, null, null, null, 'deadlock', format(
      '%s. That run waits in turn for what this one holds, so neither would go on by itself: abort one of the two',
      p_message))::begun_intent;
  end if;
  insert into waits (workflow_id, what, on_runs, since) values (p_workflow, p_what, array[p_holder],
    case when p_waited_for = p_what then p_waited_since else clock_timestamp() end);
  return row('refused', null, null, null, null, 'locked', p_message)::begun_intent;
end $$;
`;
