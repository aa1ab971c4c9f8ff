/** The tables as Kysely sees them. Documents go in as JSON text and come out parsed; times are ISO strings both ways. */
import type { ColumnType, Generated, GeneratedAlways } from 'kysely';
import type { AlertEffect } from '../api.ts';

type Json = ColumnType<unknown, string, string>;
type JsonOrNull = ColumnType<unknown, string | null | undefined, string | null>;
type Filled = ColumnType<string, string | undefined, string>;

export interface Database {
  alerts: {
    id: string;
    source: string;
    fingerprint: string;
    started_at: string;
    status: 'firing' | 'resolved';
    name: string;
    severity: string;
    labels: ColumnType<Record<string, string>, string, string>;
    annotations: Json;
    ended_at: string | null;
    link: string | null;
    authenticated: boolean;
    raw: Json;
    raw_hash: string;
    refused: ColumnType<unknown, string | undefined, string>;
    received_at: Filled;
  };
  runs: {
    workflow_id: string;
    runbook: string;
    correlation_key: string;
    ordinal: number;
    title: string;
    input: Json;
    trigger: Json;
    dry_run: boolean;
    shadow: Generated<boolean>;
    status: Generated<'received' | 'started' | 'ended'>;
    outcome: string | null;
    result: JsonOrNull;
    request_id: string | null;
    alert_source: string | null;
    alert_fingerprint: string | null;
    alert_started_at: string | null;
    when_alert_resolves: Generated<string>;
    incident_open: Generated<boolean>;
    stop_by: string | null;
    stop_reason: string | null;
    stop_is_final: Generated<boolean>;
    cancelled_by: string | null;
    cancel_reason: string | null;
    hands_turn: Generated<number>;
    hands_taken: Generated<boolean>;
    hands_by: string | null;
    hands_reason: string | null;
    hands_since: string | null;
    changed_at: string | null;
    end_hash: string | null;
    received_at: Filled;
    started_at: string | null;
    ended_at: string | null;
    sealed_at: string | null;
    admitted_at: Filled | null;
    at_most: number | null;
    not_before: string | null;
    after_run: string | null;
    goes_on_as: string | null;
    waits: string | null;
    gathered: JsonOrNull;
  };
  alert_runs: { alert_id: string; workflow_id: string; effect: AlertEffect };
  signals: {
    id: string;
    workflow_id: string;
    kind: 'repeated' | 'resolved' | 'stopped' | 'cancelled' | 'hands';
    alert_id: ColumnType<string | null, string | undefined, never>;
    at: Filled;
    delivered_at: string | null;
  };
  questions: {
    workflow_id: string;
    question_id: string;
    runbook: string;
    question: Json;
    status: Generated<'open' | 'closed'>;
    opened_at: Filled;
    closed_at: string | null;
    closed_as: string | null;
  };
  decisions: {
    id: string;
    workflow_id: string;
    question_id: string;
    statement: string;
    signature: string;
    key_id: string;
    nonce: string | null;
    person: string;
    answer: string;
    reason: string;
    received_at: Filled;
    delivered_at: string | null;
    outcome: JsonOrNull;
  };
  intents: {
    workflow_id: string;
    plan: number;
    position_kind: 'change' | 'put-back' | 'undo';
    position_index: number;
    step: string;
    target: string;
    cluster: string;
    risk: string;
    change_hash: string;
    plan_hash: string;
    change: Json;
  };
  attempts: {
    workflow_id: string;
    plan: number;
    position_kind: 'change' | 'put-back' | 'undo';
    position_index: number;
    attempt: number;
    token: string;
    cluster: string;
    target: string;
    worker: string;
    fence: number;
    requested_at: string | null;
    begun_at: string;
    deadline: string;
    outcome: 'applied' | 'already-satisfied' | 'not-needed' | 'by-hand' | 'not-applied' | 'failed' | null;
    output: JsonOrNull;
    message: string | null;
    settled_by: 'apply' | 'probe' | 'person' | null;
    ended_at: string | null;
  };
  freezes: {
    id: string;
    scope: 'everything' | 'runbook' | 'cluster';
    name: string | null;
    reason: string;
    by: string;
    since: Filled;
    until: string | null;
    lifted_at: string | null;
    lifted_by: string | null;
  };
  delegations: {
    id: string;
    role: string;
    from_person: string;
    to_person: string;
    since: string;
    until: string;
    reason: string;
    statement: string;
    signature: string;
    key_id: string;
    ended_at: string | null;
    ended_by: string | null;
  };
  schedules: { id: string; known_since: Filled };
  schedule_starts: {
    schedule: string;
    at: string;
    workflow_id: string | null;
    skipped: string | null;
    missed_since: string | null;
    decided_at: Filled;
  };
  schedule_pauses: {
    id: string;
    schedule: string;
    paused_at: Filled;
    paused_by: string;
    reason: string;
    resumed_at: string | null;
    resumed_by: string | null;
    resume_reason: string | null;
  };
  leftovers: {
    id: string;
    workflow_id: string;
    target: string;
    what: string;
    why: string;
    owner: string;
    since: Filled;
    expires_at: string;
    cleared_at: string | null;
    /** The run that cleared it, or the person. */
    cleared_by: string | null;
    cluster: string | null;
    step: string | null;
    /** The PlannedUndo of the change that left it. */
    undo: JsonOrNull;
    /** When its expiry was last put before its owner. */
    asked_at: string | null;
    /** When it is over without anybody's doing. */
    ends_at: string | null;
  };
  requests_seen: { id: string; at: Filled };
  reminders: {
    id: string;
    origin: string;
    workflow_id: string;
    text: string;
    whom: string;
    set_by: string;
    said: string;
    /** A ReminderCheck. */
    unless: JsonOrNull;
    set_at: Filled;
    due_at: string;
    asked_at: string | null;
    asked_by: string | null;
    closed_at: string | null;
    closed_as: string | null;
    closed_by: string | null;
    reason: string | null;
  };
  tokens: {
    id: string;
    hash: Buffer;
    person: string;
    scopes: string[];
    created_at: Filled;
    created_by: string | null;
    expires_at: string;
    revoked_at: string | null;
    revoked_by: string | null;
    last_used_at: string | null;
  };
  bundles: {
    id: string;
    code: Buffer;
    contracts: Json;
    kept_by: string;
    kept_at: Filled;
  };
  temporal_home: {
    namespace_id: string;
    namespace: string | null;
    address: string | null;
    since: Filled;
  };
  version_decisions: {
    id: GeneratedAlways<number>;
    kind: 'current' | 'retired';
    bundle: string;
    by: string;
    reason: string;
    at: Filled;
  };
  record_entries: {
    id: GeneratedAlways<number>;
    workflow_id: string;
    kind: string;
    at: Filled;
    facts: JsonOrNull;
    idem: string | null;
    leaf_index: number | null;
    leaf: string | null;
  };
  news: { id: GeneratedAlways<number>; workflow_id: string; kind: string; facts: Json; at: string };
  messages: {
    id: string;
    channel: string;
    workflow_id: string;
    kind: string;
    message: Json;
    created_at: Filled;
    due_at: Filled;
    attempts: Generated<number>;
    delivered_at: string | null;
    given_up_at: string | null;
    problem: string | null;
    place: string | null;
  };
  log_nodes: { level: number; index: number; hash: Buffer };
  checkpoints: { size: number; note: string; signed_at: Filled; witnessed_at: string | null };
}
