/**
 * PagerDuty's V3 webhooks (https://developer.pagerduty.com/docs/webhooks-overview). An incident that is triggered or
 * reopened is a firing alert, a resolved one ends it; every other event is acknowledged and ignored.
 */
import { z } from 'zod';
import type { Config } from '../../../config/index.ts';
import type { Alert } from '../../../ledger/api.ts';
import { parseJson } from '../../json-body.ts';
import { ProblemError } from '../../problem-error.ts';
import { anyFits } from '../authenticate-sender.ts';
import { boundedAlert } from '../bounded-alert.ts';
import { Instant } from '../instant.ts';
import { parseDelivery } from '../parse-delivery.ts';
import { pagerdutySignatureMatches } from '../signatures.ts';
import type { AlertSource } from '../source.ts';

const Reference = z.looseObject({ id: z.string(), summary: z.string().nullish() });

const Incident = z.looseObject({
  id: z.string().min(1),
  number: z.int().optional(),
  title: z.string(),
  html_url: z.string().nullish(),
  incident_key: z.string().nullish(),
  created_at: Instant,
  urgency: z.string().nullish(),
  service: Reference.nullish(),
  priority: Reference.nullish(),
});

const Event = z.looseObject({
  event: z.looseObject({
    id: z.string(),
    event_type: z.string(),
    occurred_at: Instant,
    data: z.unknown(),
  }),
});

const STATUS_OF_EVENT: Readonly<Record<string, Alert['status']>> = {
  'incident.triggered': 'firing',
  'incident.reopened': 'firing',
  'incident.resolved': 'resolved',
};

export const pagerdutySource = ({
  signingSecrets,
}: NonNullable<Config['alertSources']['pagerduty']>): AlertSource => ({
  summary: 'PagerDuty, V3 events',
  read(delivery) {
    const { headers, body } = delivery;
    const header = headers['x-pagerduty-signature']?.toString();
    const fits = (secrets: readonly string[]) => pagerdutySignatureMatches({ header, body, secrets });
    if (!anyFits(delivery, signingSecrets, fits))
      throw new ProblemError(
        'bad-signature',
        'X-PagerDuty-Signature fits none of the secrets in alertSources.pagerduty.signingSecrets',
      );
    const { alert, ...rest } = parsePagerduty(parseJson(body));
    return { alerts: alert ? [alert] : [], ...rest };
  },
});

export type PagerdutyEvent =
  { readonly alert: Alert } | { readonly ignored: string; readonly alert?: undefined };

/** The alert of an event, or why there is none. Throws a ProblemError (`bad-request`) that names the wrong fields. */
export function parsePagerduty(body: unknown): PagerdutyEvent {
  const { event } = parseDelivery(Event, body, { what: 'a PagerDuty V3 event' });
  const status = STATUS_OF_EVENT[event.event_type];
  if (status === undefined) return { ignored: `${event.event_type} starts and ends nothing` };
  const incident = parseDelivery(Incident, event.data, {
    what: 'a PagerDuty V3 event',
    prefix: 'event.data',
  });
  const labels = {
    incident: incident.id,
    incident_key: incident.incident_key,
    service: incident.service?.summary,
    service_id: incident.service?.id,
    urgency: incident.urgency,
    priority: incident.priority?.summary,
  };
  return {
    alert: boundedAlert({
      source: 'pagerduty',
      fingerprint: incident.id,
      status,
      name: incident.title,
      severity: incident.urgency ?? 'unknown',
      labels: Object.fromEntries(Object.entries(labels).filter((l): l is [string, string] => Boolean(l[1]))),
      annotations: {},
      // Nothing in a resolution tells which opening it ends: it ends all that came before it.
      startedAt: event.event_type === 'incident.triggered' ? incident.created_at : event.occurred_at,
      endedAt: status === 'resolved' ? event.occurred_at : undefined,
      link: incident.html_url ?? undefined,
      authenticated: true,
      raw: body,
    }),
  };
}
