/**
 * Alerts in, runs out, each in one transaction. Nearly every alert is the first of its incident: it is decided on that
 * ground and written in one round trip, if the database agrees that nothing is open; else the same is done in steps.
 */
import { sql } from 'kysely';
import { hashOf } from '../activities/kit/index.ts';
import type { Trigger } from '../workflows/messages.ts';
import type { Alert, Ledger, ReceivedAlert, RefusedInput, TriggerMatch } from './api.ts';
import { correlate, type Correlation, type IncidentFacts } from './correlate.ts';
import type { LedgerContext, Queries } from './database/context.ts';
import { newId } from './identifiers.ts';
import { resolveRuns } from './resolved-alert.ts';
import { incidentKey, newRunJson } from './runs.ts';
import { storable, storableText } from './storable.ts';

type Effect = ReceivedAlert['runs'][number];
type Duplicate = { readonly alertId: string; readonly runs: readonly Effect[] };
type Facts =
  | { readonly duplicate: Duplicate }
  | {
      readonly duplicate?: undefined;
      readonly incidents: readonly IncidentFacts[];
      readonly isOver: boolean;
    };

/** An alert on its way in, with the runbooks that fit it. */
export interface Arriving {
  readonly alertId: string;
  readonly alert: Alert;
  readonly rawHash: string;
  readonly matches: readonly TriggerMatch[];
  readonly refused: readonly RefusedInput[];
}

export function alertMethods({ db }: LedgerContext): Pick<Ledger, 'receiveAlert'> {
  return {
    receiveAlert: async (delivered, matches, refused = []) => {
      const arriving: Arriving = {
        alertId: newId('alert'),
        alert: { ...(storable({ ...delivered, raw: null }) as Alert), raw: delivered.raw },
        rawHash: hashOf(storable(delivered.raw ?? null)),
        matches: distinct(matches.map(storableMatch)),
        refused: storable(refused) as RefusedInput[],
      };
      const { alertId } = arriving;
      // How long a run gathers counts by the ledger's clock, which only the facts tell.
      const quick = delivered.status === 'firing' && !matches.some((match) => match.gather);
      const said = quick ? await receiveFirst(db, arriving) : undefined;
      if (said?.runs) return { alertId, duplicate: false, runs: said.runs };
      if (said?.duplicate) return { ...said.duplicate, duplicate: true };
      return db.transaction().execute((tx) => receiveInSteps(tx, arriving));
    },
  };
}

/** Done, if nothing was there before; else what was. */
async function receiveFirst(
  db: Queries,
  a: Arriving,
): Promise<{ runs?: readonly Effect[]; duplicate?: Duplicate }> {
  const now = new Date().toISOString();
  const nothing = a.matches.map(() => ({ now, open: [], receivedAt: [] }));
  const { rows } = await sql<{
    said: { runs?: readonly Effect[]; duplicate?: Duplicate };
  }>`select receive_alert(${columns(a)}, ${JSON.stringify(effectsOf(a, nothing))}, ${wanted(a)}) as said`.execute(
    db,
  );
  return rows[0]!.said;
}

async function receiveInSteps(tx: Queries, arriving: Arriving): Promise<ReceivedAlert> {
  const { alertId, alert, matches } = arriving;
  const { source, fingerprint, startedAt, status } = alert;
  const firing = status === 'firing' ? matches : [];
  const { rows } = await sql<{
    facts: Facts;
  }>`select alert_facts(${source}, ${fingerprint}, ${startedAt}, ${status}, ${wanted({ matches: firing })}) as facts`.execute(
    tx,
  );
  const { facts } = rows[0]!;
  if (facts.duplicate) return { ...facts.duplicate, duplicate: true };
  const here = firing.map((match, i) => ({ match, incident: facts.incidents[i]! }));
  // Deliveries can overtake each other: a firing that comes after its own end starts only what would finish anyway.
  const left = facts.isOver ? here.filter(({ match }) => match.whenAlertResolves === 'finish') : here;
  const arrived = { ...arriving, matches: left.map((l) => l.match) };
  const effects = effectsOf(
    arrived,
    left.map((l) => l.incident),
  );
  const written = await sql<{
    runs: readonly Effect[];
  }>`select write_alert(${columns(arriving)}, ${JSON.stringify(effects)}) as runs`.execute(tx);
  const runs = status === 'resolved' ? await resolveRuns(tx, { alertId, alert }) : written.rows[0]!.runs;
  return { alertId, duplicate: false, runs };
}

const columns = ({ alertId, alert, rawHash, refused }: Arriving) => sql`${alertId}, ${alert.source},
  ${alert.fingerprint}, ${alert.startedAt}, ${alert.status}, ${alert.name}, ${alert.severity},
  ${JSON.stringify(alert.labels)}, ${JSON.stringify(alert.annotations)}, ${alert.endedAt ?? null}, ${alert.link ?? null},
  ${alert.authenticated}, ${JSON.stringify(alert.raw ?? null)}, ${rawHash}, ${JSON.stringify(refused)}`;

/** Which incidents `alert_facts` is to lock and tell about. */
export const wanted = ({ matches }: Pick<Arriving, 'matches'>): string =>
  JSON.stringify(
    matches.map((match) => ({
      incident: incidentKey(match),
      runbook: match.runbook,
      correlationKey: match.correlationKey,
      shadow: match.shadow,
      cooldownMs: match.cooldownMs,
      flappingMs: match.flapping?.withinMs,
    })),
  );

/** What `write_alert` is to write for each match. */
export const effectsOf = (arriving: Arriving, incidents: readonly IncidentFacts[]): object[] =>
  arriving.matches.map((match, i) => effectOf(arriving, match, correlate(match, match.input, incidents[i]!)));

function effectOf(arriving: Arriving, match: TriggerMatch, becomes: Correlation): object {
  const { alertId, alert, rawHash } = arriving;
  if ('workflowId' in becomes) {
    const facts = { effect: becomes.effect, alertId, name: alert.name, payloadHash: rawHash };
    return becomes.effect === 'gathered'
      ? { ...becomes, facts: { ...facts, input: match.input } }
      : { ...becomes, signal: newId('signal'), facts };
  }
  const { effect, ...waits } = becomes;
  return {
    effect,
    run: newRunJson({
      runbook: match.runbook,
      title: match.title ?? match.runbook,
      input: match.input,
      correlationKey: match.correlationKey,
      trigger: triggerOf(alertId, alert),
      dryRun: match.shadow === true,
      shadow: match.shadow,
      // It looks what people do until the alert resolves, and takes no place from a run that acts.
      whenAlertResolves: match.shadow ? 'finish' : match.whenAlertResolves,
      atMost: match.shadow ? undefined : match.runsAtOnce,
      ...waits,
      gathered: match.gather && [match.input],
      origin: { alert, payloadHash: rawHash },
    }),
  };
}

const distinct = (matches: readonly TriggerMatch[]): TriggerMatch[] => [
  ...new Map(matches.map((m) => [incidentKey(m), m])).values(),
];

export const storableMatch = (match: TriggerMatch): TriggerMatch => ({
  ...match,
  input: storable(match.input),
  correlationKey: storableText(match.correlationKey),
});

function triggerOf(alertId: string, alert: Alert): Trigger {
  return {
    kind: 'alert',
    source: alert.source,
    authenticated: alert.authenticated,
    alert: {
      id: alertId,
      name: alert.name,
      severity: alert.severity,
      startedAt: new Date(alert.startedAt).toISOString(),
      labels: { ...alert.labels },
      annotations: { ...alert.annotations },
      ...(alert.link === undefined ? {} : { link: storableText(alert.link) }),
    },
  };
}
