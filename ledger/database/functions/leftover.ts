/**
 * `account_for_leftover(...)`: what a result means for the list of what is left, in the transaction of the result, so
 * that a crash between the two hides nothing.
 *
 * 1. A put-back or an undo clears what its own run had left on the target, by the step that takes that away: taking a
 *    taint off a node puts back no cordon.
 * 2. The step that a leftover's undo names, carried out on the same target, clears it also when it was another run's:
 *    that run adopted it. Where setting and undoing are the same step, only with the undo's own input; where several
 *    may be in place for one target (silences of the same alerts), only when it ended those of the leftover.
 * 3. A temporary change that took effect is listed from that moment on, at most until it ends by itself; once more in
 *    the same run it is listed with the newer end. Answers what was adopted.
 */
export const LEFTOVER = `
create function account_for_leftover(a attempts, p_left json) returns json language plpgsql as $$
declare
  i intents; l leftovers;
  adopted jsonb := '[]';
  new_id text;
begin
  if a.outcome in ('not-applied', 'failed') then return adopted; end if;
  select * into i from intents where workflow_id = a.workflow_id and plan = a.plan
    and position_kind = a.position_kind and position_index = a.position_index;
  for l in
    update leftovers o set cleared_at = a.ended_at, cleared_by = a.workflow_id
      where o.cleared_at is null and o.target = i.target and (
        (o.workflow_id = a.workflow_id and a.position_kind <> 'change'
          and (o.undo is null or o.undo->>'step' = i.step))
        or (o.cluster = i.cluster and a.outcome <> 'not-needed' and o.undo->>'step' = i.step
          and (o.undo->>'step' <> o.step or (o.undo->'input')::jsonb = (i.change->'input')::jsonb)
          and coalesce((i.change->'preconditions'->'silencedBy')::jsonb
            @> (o.undo->'preconditions'->'silencedBy')::jsonb, true)))
      returning o.*
  loop
    insert into record_entries (workflow_id, kind, at, facts) values (l.workflow_id, 'leftover-cleared', a.ended_at,
      json_build_object('id', l.id, 'target', l.target, 'what', l.what, 'by', a.workflow_id));
    if l.workflow_id <> a.workflow_id then
      insert into record_entries (workflow_id, kind, at, facts) values (a.workflow_id, 'leftover-adopted', a.ended_at,
        json_build_object('id', l.id, 'target', l.target, 'what', l.what, 'of', l.workflow_id));
      adopted := adopted || jsonb_build_object('workflowId', l.workflow_id, 'what', l.what);
    end if;
  end loop;
  if p_left is null or a.outcome not in ('applied', 'by-hand') then return adopted; end if;
  insert into leftovers (id, workflow_id, target, what, why, owner, expires_at, ends_at, cluster, step, undo)
    values (p_left->>'id', a.workflow_id, i.target, p_left->>'what', p_left->>'why', p_left->>'owner',
      a.ended_at + (p_left->>'lastsMs')::double precision * interval '1 millisecond',
      a.ended_at + (p_left->>'endsMs')::double precision * interval '1 millisecond', i.cluster, i.step,
      p_left->'undo')
    on conflict (workflow_id, target, what) where cleared_at is null do update
      set since = excluded.since, expires_at = excluded.expires_at, ends_at = excluded.ends_at, undo = excluded.undo,
        asked_at = null
      where leftovers.ends_at is not null
    returning id into new_id;
  if new_id is not null then
    insert into record_entries (workflow_id, kind, at, facts) select a.workflow_id, 'leftover', a.ended_at,
      json_build_object('id', n.id, 'target', n.target, 'what', n.what, 'why', n.why, 'owner', n.owner,
        'expiresAt', utc(n.expires_at)) from leftovers n where n.id = new_id;
  end if;
  return adopted;
end $$;
`;
