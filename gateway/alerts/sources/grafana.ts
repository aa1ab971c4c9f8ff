/**
 * Grafana's webhook contact point (unified alerting)
 * (https://grafana.com/docs/grafana/latest/alerting/configure-notifications/manage-contact-points/integrations/webhook-notifier/).
 */
import { z } from 'zod';
import type { Config } from '../../../config/index.ts';
import type { Alert } from '../../../ledger/api.ts';
import { parseJson } from '../../json-body.ts';
import { requireSender, requireSignature } from '../authenticate-sender.ts';
import { boundedAlert } from '../bounded-alert.ts';
import { Instant } from '../instant.ts';
import { labelled } from '../labelled.ts';
import { parseDelivery, readEach } from '../parse-delivery.ts';
import type { AlertSource, Delivered } from '../source.ts';

const Labels = z.record(z.string(), z.string());
const Link = z.string().nullish();

const GrafanaAlert = z.looseObject({
  status: z.enum(['firing', 'resolved']),
  labels: Labels,
  annotations: Labels.nullish(),
  startsAt: Instant,
  endsAt: Instant.nullish(),
  fingerprint: z.string().nullish(),
  generatorURL: Link,
  dashboardURL: Link,
  panelURL: Link,
  silenceURL: Link,
  valueString: Link,
});

const Payload = z.looseObject({
  version: z.literal('1', { error: 'must be "1", the payload of Grafana’s unified alerting' }),
  alerts: z.array(z.unknown()).max(10_000),
  truncatedAlerts: z.int().min(0).nullish(),
});

export const grafanaSource = (config: NonNullable<Config['alertSources']['grafana']>): AlertSource => ({
  summary: 'Grafana, webhook contact point',
  read(delivery) {
    if (!('signingSecrets' in config)) requireSender(delivery, 'grafana', config);
    else {
      const { signatureHeader: header, signingSecrets: secrets, timestampHeader } = config;
      requireSignature(delivery, 'grafana.signingSecrets', { header, secrets, timestampHeader });
    }
    return readGrafana(parseJson(delivery.body));
  },
});

const WHAT = 'a webhook payload of Grafana’s unified alerting';

/** The alerts of a payload. Throws a ProblemError (`bad-request`) that names the wrong fields where none is right. */
export function readGrafana(body: unknown): Delivered {
  const { alerts, truncatedAlerts } = parseDelivery(Payload, body, { what: WHAT });
  return {
    ...readEach(alerts, (sent, i) => alertOf(sent, `alerts.${i}`)),
    truncated: truncatedAlerts ?? undefined,
  };
}

/** What Grafana knows of a rule beyond its annotations, as annotations: a person follows them. */
const FACTS = {
  dashboard: 'dashboardURL',
  panel: 'panelURL',
  silence: 'silenceURL',
  values: 'valueString',
} as const;

function alertOf(sent: unknown, prefix: string): Alert {
  const alert = parseDelivery(GrafanaAlert, sent, { what: WHAT, prefix });
  const facts = Object.entries(FACTS).flatMap(([name, field]): [string, string][] => {
    const value = alert[field];
    return value ? [[name, value]] : [];
  });
  return boundedAlert({
    source: 'grafana',
    status: alert.status,
    ...labelled(alert.labels, alert.fingerprint),
    annotations: { ...Object.fromEntries(facts), ...alert.annotations },
    startedAt: alert.startsAt,
    endedAt: alert.status === 'resolved' ? (alert.endsAt ?? undefined) : undefined,
    link: alert.panelURL || alert.dashboardURL || alert.generatorURL || undefined,
    authenticated: true,
    raw: sent,
  });
}
