/**
 * Past alerts from a file, whoever wrote it down: JSON lines, or one JSON document with a list. Each entry is an alert as
 * `nightshift alert list -o json` shows it, Alertmanager's (a webhook payload, or an alert of its API v2, as amtool prints
 * them), PagerDuty's (a V3 event, or an incident of its REST API), or what Grafana, Datadog and senders of CloudEvents
 * post.
 */
import { z } from 'zod';
import type { Alert } from '../../ledger/api.ts';
import type { Delivered } from '../alerts/source.ts';
import { OwnAlert, ownAlert } from '../alerts/own-alert.ts';
import { parseAlertmanager } from '../alerts/sources/alertmanager.ts';
import { Instant } from '../alerts/instant.ts';
import { readCloudEvent } from '../alerts/sources/cloud-events.ts';
import { readDatadog } from '../alerts/sources/datadog.ts';
import { readGrafana } from '../alerts/sources/grafana.ts';
import { parsePagerduty } from '../alerts/sources/pagerduty.ts';
import { fieldsOf, inWords, ProblemError } from '../problem-error.ts';

/** An alert, and when it came. */
export interface PastAlert {
  /** Of the file, from 1; of the list, where the file is one document. */
  readonly line: number;
  readonly at: string;
  readonly alert: Alert;
}

export interface PastAlerts {
  /** In the order in which they came. */
  readonly alerts: readonly PastAlert[];
  /** Entries that are no alert, and why. */
  readonly unreadable: readonly { readonly line: number; readonly problem: string }[];
  /** Entries that are readable and start or end nothing: notes, acknowledgements. */
  readonly withoutMeaning: number;
}

const text = z.string();
const OurAlert = OwnAlert.extend({
  source: text.default('export'),
  receivedAt: Instant.optional(),
});

/** An alert of Alertmanager's API v2; `endsAt` lies ahead while it fires. */
const ApiAlert = z.looseObject({ labels: z.unknown(), startsAt: z.unknown(), endsAt: Instant.optional() });
const Incident = z.looseObject({
  created_at: Instant,
  status: text,
  resolved_at: Instant.nullish(),
  last_status_change_at: Instant.nullish(),
});

type Came = Pick<PastAlert, 'at' | 'alert'>;

/** Reads what there is. An entry that is no alert is named by its line; it is never a reason to stop. */
export function readExport(file: string, now: Date): PastAlerts {
  const alerts: PastAlert[] = [];
  const unreadable: { line: number; problem: string }[] = [];
  let withoutMeaning = 0;
  for (const { line, parse } of entriesOf(file)) {
    try {
      const entry = parse();
      const group = groupOf(entry);
      for (const { message } of group?.refused ?? []) unreadable.push({ line, problem: message });
      const came = group ? group.alerts.map(asItCame) : alertsOf(entry, now);
      if (came.length === 0) withoutMeaning += 1;
      alerts.push(...came.map((one) => ({ line, ...one })));
    } catch (error) {
      if (!(error instanceof ProblemError || error instanceof SyntaxError)) throw error;
      unreadable.push({ line, problem: error.message });
    }
  }
  return {
    alerts: alerts.toSorted((a, b) => Date.parse(a.at) - Date.parse(b.at)),
    unreadable,
    withoutMeaning,
  };
}

interface Entry {
  readonly line: number;
  readonly parse: () => unknown;
}

function entriesOf(file: string): Entry[] {
  const list = listOf(file);
  if (list) return list.map((value, i) => ({ line: i + 1, parse: () => value }));
  return file
    .split('\n')
    .map((written, i) => ({ line: i + 1, written }))
    .filter(({ written }) => written.trim() !== '')
    .map(({ line, written }) => ({ line, parse: () => JSON.parse(written) as unknown }));
}

/** The entries of a file that is one document; nothing for JSON lines. */
function listOf(file: string): unknown[] | undefined {
  let document: unknown;
  try {
    document = JSON.parse(file);
  } catch {
    return undefined;
  }
  if (Array.isArray(document)) return document as unknown[];
  const { alerts, incidents, version } = (document ?? {}) as Record<string, unknown>;
  // A single webhook payload is an entry of its own, with alerts in it.
  if (Array.isArray(alerts) && version === undefined) return alerts as unknown[];
  return Array.isArray(incidents) ? (incidents as unknown[]) : [document];
}

function alertsOf(entry: unknown, now: Date): Came[] {
  const has = (field: string) => typeof entry === 'object' && entry !== null && field in entry;
  if (has('specversion')) return [asItCame(readCloudEvent(entry))];
  if (has('transition')) return readDatadog(entry).alerts.map(asItCame);
  if (has('event')) return pagerdutyEvent(entry);
  if (has('startsAt')) return alertmanagerAlert(parse(ApiAlert, entry, 'an alert of Alertmanager'), now);
  if (has('created_at')) return pagerdutyIncident(parse(Incident, entry, 'an incident of PagerDuty'));
  if (has('startedAt')) return ourAlert(parse(OurAlert, entry, 'an alert'));
  throw new ProblemError(
    'bad-request',
    'it has none of startedAt (ours), startsAt or alerts (Alertmanager, Grafana), created_at or event (PagerDuty), transition (Datadog), specversion (CloudEvents)',
  );
}

/** The alerts of a webhook payload, if it is one. Grafana's is Alertmanager's with another version. */
function groupOf(entry: unknown): Delivered | undefined {
  if (typeof entry !== 'object' || entry === null || !('alerts' in entry)) return undefined;
  return 'version' in entry && entry.version === '1'
    ? readGrafana(entry)
    : parseAlertmanager(entry, { authenticated: true });
}

const asItCame = (alert: Alert): Came => ({
  at: (alert.status === 'resolved' ? alert.endedAt : undefined) ?? alert.startedAt,
  alert,
});

function ourAlert(entry: z.output<typeof OurAlert>): Came[] {
  const { source, receivedAt, startedAt, endedAt, status } = entry;
  const alert = ownAlert(entry, { source, raw: entry });
  if (status === 'resolved')
    return [{ ...asItCame(alert), ...(receivedAt !== undefined && { at: receivedAt }) }];
  const fired: Came = { at: receivedAt ?? startedAt, alert };
  return endedAt === undefined
    ? [fired]
    : [fired, asItCame(ownAlert({ ...entry, status: 'resolved' }, { source, raw: entry }))];
}

function alertmanagerAlert(entry: z.output<typeof ApiAlert>, now: Date): Came[] {
  const { endsAt } = entry;
  const over = endsAt !== undefined && endsAt <= now.toISOString() && endsAt > String(entry.startsAt);
  const alerts = [{ ...entry, status: 'firing' }, ...(over ? [{ ...entry, status: 'resolved' }] : [])];
  return parseAlertmanager({ version: '4', alerts }, { authenticated: true }).alerts.map(asItCame);
}

function pagerdutyEvent(entry: unknown): Came[] {
  const { alert } = parsePagerduty(entry);
  return alert ? [asItCame(alert)] : [];
}

function pagerdutyIncident(entry: z.output<typeof Incident>): Came[] {
  const { created_at, status, resolved_at, last_status_change_at } = entry;
  const event = (event_type: string, occurred_at: string) =>
    pagerdutyEvent({ event: { id: 'exported', event_type, occurred_at, data: entry } });
  const ended = status === 'resolved' ? (resolved_at ?? last_status_change_at) : undefined;
  return [...event('incident.triggered', created_at), ...(ended ? event('incident.resolved', ended) : [])];
}

function parse<S extends z.ZodType>(schema: S, entry: unknown, what: string): z.output<S> {
  const parsed = schema.safeParse(entry);
  if (parsed.success) return parsed.data;
  throw new ProblemError('bad-request', `it is not ${what}: ${inWords(fieldsOf(parsed.error))}`, {
    cause: parsed.error,
  });
}
