/**
 * An alert and what becomes of it, in one round trip where nothing speaks against a new run, else in one transaction:
 * `alert_facts` locks and tells what is so, `correlate` decides, `write_alert` writes.
 *
 * 1. The alert's own lock comes first, then the incidents' in the order of their keys: deliveries of one alert and
 *    alerts of one incident wait for each other, and never in a circle.
 * 2. An open run's row is locked as well: `begin_intent` holds it, so an alert that resolves and a first change agree
 *    on which of them was first; `admit_runs` holds it, so that an input grows only while the run has not started.
 * 3. An end counts for every firing that started before it: PagerDuty's carries a time of its own.
 * 4. Runs in shadow are correlated among themselves: none stands in the way of a real one, nor the other way round. A
 *    run that a person tries out counts for neither.
 * 5. A run that gathers is as trustworthy as the least of its alerts: one that nobody signed takes away what its policy
 *    grants to those that somebody did.
 */
export const RECEIVE_ALERT = `
create function lock_incidents(p_keys text[]) returns void language sql volatile as $$
  select pg_advisory_xact_lock(hashtextextended('incident ' || current_schema() || ' ' || k, 0))
    from (select distinct k from unnest(p_keys) as keys (k) order by k) as sorted;
$$;

create function insert_run(p json) returns runs language plpgsql as $$
declare
  r runs;
  n integer;
begin
  select coalesce(max(ordinal), 0) + 1 into n from runs
    where runbook = p ->> 'runbook' and correlation_key = p ->> 'correlationKey';
  insert into runs (workflow_id, runbook, correlation_key, ordinal, title, input, trigger, dry_run, shadow, request_id,
      alert_source, alert_fingerprint, alert_started_at, when_alert_resolves,
      at_most, not_before, after_run, waits, gathered, admitted_at)
    values ((p ->> 'idPrefix') || '/' || n, p ->> 'runbook', p ->> 'correlationKey', n, p ->> 'title', p -> 'input',
      p -> 'trigger', (p ->> 'dryRun')::boolean, coalesce((p ->> 'shadow')::boolean, false), p ->> 'requestId',
      p ->> 'alertSource', p ->> 'alertFingerprint', (p ->> 'alertStartedAt')::timestamptz, p ->> 'whenAlertResolves',
      (p ->> 'atMost')::integer, (p ->> 'notBefore')::timestamptz, p ->> 'after', p ->> 'waits', p -> 'gathered',
      case when coalesce(p ->> 'atMost', p ->> 'notBefore', p ->> 'after') is null then clock_timestamp() end)
    returning * into r;
  insert into record_entries (workflow_id, kind, facts) values (r.workflow_id, 'run-received', p -> 'facts');
  return r;
end $$;

create function incident_facts(p_wanted json) returns json language plpgsql as $$
declare
  w json;
  open json;
  ended timestamptz;
  received json;
  incidents json[] := '{}';
  quiet boolean := true;
  in_shadow boolean;
begin
  perform lock_incidents(array(select value ->> 'incident' from json_array_elements(p_wanted)));
  for w in select value from json_array_elements(p_wanted) loop
    in_shadow := coalesce((w ->> 'shadow')::boolean, false);
    select coalesce(json_agg(json_build_object('workflowId', workflow_id, 'waiting', admitted_at is null,
        'over', not incident_open,
        'inputs', case when admitted_at is null then coalesce(gathered, json_build_array(input)) else '[]' end)
        order by ordinal), '[]') into open
      from (select * from runs where runbook = w ->> 'runbook' and correlation_key = w ->> 'correlationKey'
        and status <> 'ended' and shadow = in_shadow and (shadow or not dry_run) order by ordinal for update) as locked;
    select max(ended_at) into ended from runs
      where runbook = w ->> 'runbook' and correlation_key = w ->> 'correlationKey'
        and shadow = in_shadow and (shadow or not dry_run)
        and ended_at > clock_timestamp() - (w ->> 'cooldownMs')::double precision * interval '1 millisecond';
    select coalesce(json_agg(utc(received_at) order by received_at), '[]') into received from runs
      where runbook = w ->> 'runbook' and correlation_key = w ->> 'correlationKey'
        and shadow = in_shadow and (shadow or not dry_run)
        and received_at > clock_timestamp() - (w ->> 'flappingMs')::double precision * interval '1 millisecond';
    quiet := quiet and json_array_length(open) = 0 and ended is null and json_array_length(received) = 0;
    incidents := incidents || json_build_object('now', utc(clock_timestamp()), 'open', open,
      'lastEndedAt', utc(ended), 'receivedAt', received);
  end loop;
  return json_build_object('incidents', array_to_json(incidents), 'quiet', quiet);
end $$;

create function alert_facts(p_source text, p_fingerprint text, p_started_at timestamptz, p_status text, p_wanted json)
returns json language plpgsql as $$
declare
  known text;
  facts json;
begin
  perform lock_incidents(array[format('alert %s %s', p_source, p_fingerprint)]);
  select id into known from alerts
    where source = p_source and fingerprint = p_fingerprint and started_at = p_started_at and status = p_status;
  if found then
    return json_build_object('duplicate', json_build_object('alertId', known, 'runs', (
      select coalesce(json_agg(json_build_object('workflowId', workflow_id, 'effect', effect) order by workflow_id), '[]')
        from alert_runs where alert_id = known)));
  end if;
  facts := incident_facts(p_wanted);
  return json_build_object('incidents', facts -> 'incidents', 'quiet', facts -> 'quiet', 'isOver', exists (
    select from alerts where source = p_source and fingerprint = p_fingerprint and started_at >= p_started_at
      and status = 'resolved'));
end $$;

create function write_effects(p_alert text, p_authenticated boolean, p_effects json) returns json language plpgsql as $$
declare
  e json;
  workflow text;
  effects json[] := '{}';
begin
  for e in select value from json_array_elements(p_effects) loop
    workflow := e ->> 'workflowId';
    if workflow is null then
      workflow := (insert_run(e -> 'run')).workflow_id;
    else
      insert into record_entries (workflow_id, kind, facts) values (workflow, 'alert', e -> 'facts');
    end if;
    if e ->> 'effect' = 'joined' then
      insert into signals (id, workflow_id, kind, alert_id) values (e ->> 'signal', workflow, 'repeated', p_alert);
    elsif e ->> 'effect' = 'gathered' then
      update runs set input = e -> 'input', gathered = e -> 'inputs', trigger = case when p_authenticated then trigger
          else jsonb_set(trigger::jsonb, '{authenticated}', 'false')::json end
        where workflow_id = workflow;
    end if;
    insert into alert_runs (alert_id, workflow_id, effect) values (p_alert, workflow, e ->> 'effect');
    effects := effects || json_build_object('workflowId', workflow, 'effect', e ->> 'effect');
  end loop;
  return array_to_json(effects);
end $$;

create function write_alert(p_id text, p_source text, p_fingerprint text, p_started_at timestamptz, p_status text,
  p_name text, p_severity text, p_labels jsonb, p_annotations json, p_ended_at timestamptz, p_link text,
  p_authenticated boolean, p_raw json, p_raw_hash text, p_refused json, p_effects json)
returns json language plpgsql as $$
begin
  insert into alerts (id, source, fingerprint, started_at, status, name, severity, labels, annotations, ended_at,
      link, authenticated, raw, raw_hash, refused)
    values (p_id, p_source, p_fingerprint, p_started_at, p_status, p_name, p_severity, p_labels, p_annotations,
      p_ended_at, p_link, p_authenticated, p_raw, p_raw_hash, p_refused);
  return write_effects(p_id, p_authenticated, p_effects);
end $$;

create function receive_alert(p_id text, p_source text, p_fingerprint text, p_started_at timestamptz, p_status text,
  p_name text, p_severity text, p_labels jsonb, p_annotations json, p_ended_at timestamptz, p_link text,
  p_authenticated boolean, p_raw json, p_raw_hash text, p_refused json, p_effects json, p_wanted json)
returns json language plpgsql as $$
declare
  facts json := alert_facts(p_source, p_fingerprint, p_started_at, p_status, p_wanted);
begin
  if (facts ->> 'quiet')::boolean and not (facts ->> 'isOver')::boolean then
    return json_build_object('runs', write_alert(p_id, p_source, p_fingerprint, p_started_at, p_status, p_name,
      p_severity, p_labels, p_annotations, p_ended_at, p_link, p_authenticated, p_raw, p_raw_hash, p_refused, p_effects));
  end if;
  return facts;
end $$;
`;
