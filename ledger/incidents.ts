import { sql } from 'kysely';
import { MILESTONE, MilestoneFacts, type JournalEntry, type RunOutcome } from '../workflows/messages.ts';
import type { LedgerContext } from './database/context.ts';
import { milestonesOf, type IncidentEvidence, type Milestones } from './milestones.ts';
import { STOPPED_BY_ALERT } from './resolved-alert.ts';

/** A run of an incident, with its moments. */
export interface Incident {
  readonly workflowId: string;
  readonly runbook: string;
  readonly title: string;
  readonly outcome?: RunOutcome | undefined;
  readonly receivedAt: string;
  readonly milestones: Milestones;
}

export interface IncidentLedger {
  /**
   * Runs that alerts or people started, newest first; those that only tried are left out. With `workflowId` this one
   * alone, whatever started it and also while it runs: then its checks and what it said are not known yet.
   */
  incidents(filter: {
    workflowId?: string | undefined;
    runbook?: string | undefined;
    /** Received since then. */
    since?: string | undefined;
    limit: number;
  }): Promise<readonly Incident[]>;
}

type Line = Pick<JournalEntry, 'kind' | 'name' | 'text' | 'at' | 'endedAt' | 'facts'>;

interface Row {
  readonly workflowId: string;
  readonly runbook: string;
  readonly title: string;
  readonly outcome: RunOutcome | null;
  readonly receivedAt: string;
  readonly endedAt: string | null;
  readonly askedBy: string | null;
  readonly alerts: readonly { name: string; startedAt: string; endedAt: string | null }[];
  readonly hands: IncidentEvidence['hands'];
  readonly changedAt: string | null;
  readonly lines: readonly Line[];
}

export function incidentMethods({ db }: LedgerContext): IncidentLedger {
  return {
    incidents: async ({ workflowId, runbook, since, limit }) => {
      const which =
        workflowId === undefined
          ? sql`not r.dry_run and r.status = 'ended' and r.trigger ->> 'kind' in ('alert', 'person')
              and (${runbook ?? null}::text is null or r.runbook = ${runbook ?? null})
              and (${since ?? null}::timestamptz is null or r.received_at >= ${since ?? null}::timestamptz)`
          : sql`r.workflow_id = ${workflowId}`;
      const { rows } = await sql<Row>`
        select r.workflow_id as "workflowId", r.runbook, r.title, r.outcome, utc(r.received_at) as "receivedAt",
            utc(r.ended_at) as "endedAt",
            case when r.trigger ->> 'kind' = 'person' then coalesce(r.trigger ->> 'person', 'somebody') end as "askedBy",
            ${FIRINGS} as alerts, ${HANDS} as hands, ${CHANGED} as "changedAt", ${LINES} as lines
          from runs r where ${which} order by r.received_at desc limit ${limit}`.execute(db);
      return rows.map(toIncident);
    },
  };
}

/** An end counts for every firing that started before it: PagerDuty's carries a time of its own. */
const FIRINGS = sql`(
  select coalesce(json_agg(json_build_object('name', f.name, 'startedAt', utc(f.started_at), 'endedAt', utc((
      select min(coalesce(e.ended_at, e.received_at)) from alerts e
        where e.source = f.source and e.fingerprint = f.fingerprint and e.started_at >= f.started_at
          and e.status = 'resolved')))), '[]')
    from (select distinct a.source, a.fingerprint, a.started_at, a.name from alert_runs x join alerts a on a.id = x.alert_id
      where x.workflow_id = r.workflow_id and a.status = 'firing') as f)`;

const HANDS = sql`(
  select coalesce(json_agg(json_build_object('at', utc(h.at), 'person', h.person, 'did', h.did) order by h.at), '[]')
    from (
      select d.received_at as at, d.person, 'answered ' || d.answer as did from decisions d
        where d.workflow_id = r.workflow_id and d.outcome ->> 'counted' = 'true'
      union all
      select e.at, coalesce(e.facts, e.leaf::json -> 'facts') ->> 'by',
          case e.kind when 'cancel' then 'ended the run' when 'stop' then 'stopped the run' else 'took the run over' end
        from record_entries e where e.workflow_id = r.workflow_id and e.kind in ('cancel', 'stop', 'taken-over')
            and coalesce(e.facts, e.leaf::json -> 'facts') ->> 'by' is distinct from ${STOPPED_BY_ALERT.by}
    ) as h)`;

const CHANGED = sql`(
  select utc(min(t.ended_at)) from attempts t join intents i using (workflow_id, plan, position_kind, position_index)
    where t.workflow_id = r.workflow_id and t.outcome in ('applied', 'by-hand')
      and i.risk in ('reversible', 'disruptive', 'irreversible'))`;

/** A sealed entry keeps its facts in its leaf alone. */
const LINES = sql`(
  select coalesce(json_agg(line order by e.id, (line ->> 'seq')::integer), '[]') from record_entries e,
      json_array_elements(coalesce(e.facts, e.leaf::json -> 'facts') -> 'lines') as lines (line)
    where e.workflow_id = r.workflow_id and e.kind = 'journal'
      and (line ->> 'name' = ${MILESTONE} or line ->> 'kind' = 'check' and line ->> 'status' = 'ok'))`;

function toIncident({ lines, ...row }: Row): Incident {
  const { workflowId, runbook, title, receivedAt } = row;
  const outcome = row.outcome ?? undefined;
  const evidence: IncidentEvidence = {
    ...{ receivedAt, outcome, hands: row.hands },
    endedAt: row.endedAt ?? undefined,
    askedBy: row.askedBy ?? undefined,
    alerts: row.alerts.map(({ endedAt, ...alert }) => ({ ...alert, endedAt: endedAt ?? undefined })),
    changedAt: row.changedAt ?? undefined,
    passed: lines
      .filter((line) => line.kind === 'check')
      .map(({ at, endedAt, text }) => ({ at: endedAt ?? at, title: text })),
    // A line that was too long for the record has lost its facts: it says nothing here.
    said: lines.flatMap(({ name, facts }) => {
      const parsed = name === MILESTONE ? MilestoneFacts.safeParse(facts) : undefined;
      return parsed?.success ? [parsed.data] : [];
    }),
  };
  return { workflowId, runbook, title, outcome, receivedAt, milestones: milestonesOf(evidence) };
}
