/**
 * `begin_intent(...)`: everything that must be true before an effect, and its intent, in one transaction.
 *
 * 1. It holds the run's row, so that a stop and a second attempt wait for each other, and the shared side of the
 *    freeze lock, so that a freeze which has returned is seen by every intent after it.
 * 2. What was begun before is answered first: a completed intent needs no permission to be read again.
 * 3. The targets of the whole plan are locked together at its first change, in the order of their names: another run
 *    gets all of a plan's or none of them, so that two plans never wait for each other half locked. locks.ts frees them.
 * 4. The caller brings the attempt's token: asking again with the same token after a lost answer gives the same attempt.
 * 5. The request says when the run made it. A worker that was asleep with one and wakes later begins nothing: not where a
 *    later request was begun, not where the run was told that nothing had begun (withdraw_request), not after its end.
 */
export const BEGIN_INTENT = `
create type begun_intent as (
  state text, attempt integer, deadline timestamptz, outcome text, output json, why text, message text
);

create function begin_intent(
  p_workflow text, p_plan integer, p_kind text, p_index integer,
  p_step text, p_target text, p_cluster text, p_risk text, p_change_hash text, p_plan_hash text, p_change json,
  p_grant_id text, p_grant json, p_grant_expires timestamptz,
  p_timeout_ms double precision, p_worker text, p_token text, p_facts json, p_holds json, p_requested_at timestamptz
) returns begun_intent language plpgsql as $$
declare
  r runs; i intents; a attempts; b record; used grant_uses;
  holder text; wanted text; held_since text; waited_for text; waited_since timestamptz;
  targets text[] := array(select distinct t from unnest(p_target ||
    array(select json_array_elements_text(p_holds -> 'targets'))) as wanted (t) order by t);
  begun begun_intent;
  n integer := 1;
  number bigint;
  started timestamptz;
begin
  perform pg_advisory_xact_lock_shared(hashtextextended('freeze ' || current_schema(), 0));
  select * into r from runs where workflow_id = p_workflow for update;
  if not found then
    return row('refused', null, null, null, null, 'stopped',
      format('the ledger knows no run "%s": start it through nightshift', p_workflow))::begun_intent;
  end if;

  -- What it waited for is written down anew where it still has to wait.
  delete from waits where workflow_id = p_workflow returning what, since into waited_for, waited_since;

  select * into i from intents
    where workflow_id = p_workflow and plan = p_plan and position_kind = p_kind and position_index = p_index;
  if found then
    if i.change_hash <> p_change_hash then
      return row('refused', null, null, null, null, 'hash-mismatch',
        format('%s %s of plan %s was begun as another change (%s on %s); it is not carried out as this one',
          p_kind, p_index + 1, p_plan, i.step, i.target))::begun_intent;
    end if;
    select * into a from attempts
      where workflow_id = p_workflow and plan = p_plan and position_kind = p_kind and position_index = p_index
      order by attempt desc limit 1;
    if a.outcome is null and a.token = p_token then
      return row('begun', a.attempt, a.deadline, null, null, null, null)::begun_intent;
    elsif a.outcome is null then
      return row('unknown', a.attempt, a.deadline, null, null, null, null)::begun_intent;
    elsif a.outcome not in ('not-applied', 'failed') then
      return row('completed', a.attempt, a.deadline, a.outcome, a.output, null, null)::begun_intent;
    end if;
    n := a.attempt + 1;
  end if;
  if a.requested_at >= p_requested_at or (r.status = 'ended' and p_requested_at < r.ended_at - interval '2 seconds')
    or exists (select from withdrawn_requests w where w.workflow_id = p_workflow and w.plan = p_plan
      and w.position_kind = p_kind and w.position_index = p_index and w.until >= p_requested_at)
  then
    return row('refused', null, null, null, null, 'superseded',
      format('the run asked for this at %s and has gone on since; it is not begun any more', utc(p_requested_at)))::begun_intent;
  end if;

  -- Locks are kept under the default cluster's name; a freeze is of the cluster that the change acts on.
  b := blocked(r, coalesce(p_change ->> 'cluster', p_cluster), p_risk, p_kind);
  if b.why is not null then
    return row('refused', null, null, null, null, b.why, b.message)::begun_intent;
  end if;
  -- A run that was reset goes on after its first end; one that was terminated has no one to answer for it.
  if r.outcome = 'terminated' then
    return row('refused', null, null, null, null, 'stopped', 'the run was terminated; start a new one')::begun_intent;
  end if;
  if clock_timestamp() >= p_grant_expires then
    return row('refused', null, null, null, null, 'grant-expired',
      format('the grant expired at %s', utc(p_grant_expires)))::begun_intent;
  end if;
  select * into used from grant_uses
    where workflow_id = p_workflow and grant_id = p_grant_id and position_kind = p_kind and position_index = p_index;
  if found and used.plan <> p_plan then
    return row('refused', null, null, null, null, 'grant-used',
      format('this grant was used for %s %s in plan %s already', p_kind, p_index + 1, used.plan))::begun_intent;
  end if;

  perform pg_advisory_xact_lock(hashtextextended(format('target %s %s %s', current_schema(), p_cluster, t), 0))
    from unnest(targets) as t;
  -- Of a run that ended (aborted, terminated) only an attempt that may still be running counts: nobody settles it any more.
  select o.workflow_id, o.target into holder, wanted from attempts o join runs h on h.workflow_id = o.workflow_id
    where o.cluster = p_cluster and o.target = any (targets) and o.outcome is null and o.workflow_id <> p_workflow
      and (h.status <> 'ended' or clock_timestamp() < o.deadline + interval '2 seconds') limit 1;
  if found then
    return must_wait(p_workflow, holder, waited_for, waited_since, format('%s, which another run is changing', wanted),
      format('the run %s is changing %s right now: nightshift show %s', holder, wanted, holder));
  end if;
  select l.workflow_id, l.target, utc(l.taken_at) into holder, wanted, held_since from locks l
    where l.cluster = p_cluster and l.target = any (targets) and l.workflow_id <> p_workflow order by l.target limit 1;
  if found then
    return must_wait(p_workflow, holder, waited_for, waited_since, format('%s, which another run holds', wanted),
      format('the run %s has held %s for its plan since %s, until that plan is over: nightshift show %s',
        holder, wanted, held_since, holder));
  end if;
  delete from plan_holds where workflow_id = p_workflow and plan = (p_holds ->> 'insteadOf')::integer;
  if p_holds is not null then
    insert into plan_holds values (p_workflow, p_plan, p_cluster, targets, (p_holds ->> 'effects')::integer)
      on conflict do nothing;
  end if;
  -- The target's own fence counts every attempt; what the plan only holds is counted when it is taken.
  insert into locks as l (cluster, target, fence, workflow_id, taken_at)
    select p_cluster, t, 1, p_workflow, clock_timestamp() from unnest(targets) as t
    on conflict (cluster, target) do update set
      fence = l.fence + case when l.target = p_target or l.workflow_id is null then 1 else 0 end,
      taken_at = case when l.workflow_id is null then excluded.taken_at else l.taken_at end,
      workflow_id = excluded.workflow_id;
  select fence into number from locks where cluster = p_cluster and target = p_target;

  insert into intents values (p_workflow, p_plan, p_kind, p_index, p_step, p_target, p_cluster, p_risk,
    p_change_hash, p_plan_hash, p_change) on conflict do nothing;
  insert into grant_uses values (p_workflow, p_grant_id, p_kind, p_index, p_plan, p_grant) on conflict do nothing;
  started := clock_timestamp();
  begun := row('begun', n, started + p_timeout_ms * interval '1 millisecond', null, null, null, null)::begun_intent;
  insert into attempts (workflow_id, plan, position_kind, position_index, attempt, token, cluster, target, worker,
      fence, begun_at, deadline, requested_at)
    values (p_workflow, p_plan, p_kind, p_index, n, p_token, p_cluster, p_target, p_worker,
      number, started, begun.deadline, p_requested_at);
  if r.changed_at is null and p_risk not in ('notify', 'diagnostic') then
    update runs set changed_at = started where workflow_id = p_workflow;
  end if;
  insert into record_entries (workflow_id, kind, at, facts) values (p_workflow, 'intent', started, json_build_object(
    'plan', p_plan, 'position', json_build_object('kind', p_kind, 'index', p_index), 'attempt', n, 'fence', number,
    'deadline', utc(begun.deadline), 'worker', p_worker, 'intent', p_facts));
  return begun;
end $$;
`;
