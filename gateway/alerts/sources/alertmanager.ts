/**
 * Alertmanager's webhook, payload version 4
 * (https://prometheus.io/docs/alerting/latest/configuration/#webhook_config).
 */
import { z } from 'zod';
import type { Config } from '../../../config/index.ts';
import type { Alert } from '../../../ledger/api.ts';
import { parseJson } from '../../json-body.ts';
import { requireSender } from '../authenticate-sender.ts';
import { boundedAlert } from '../bounded-alert.ts';
import { Instant } from '../instant.ts';
import { labelled } from '../labelled.ts';
import { parseDelivery, readEach } from '../parse-delivery.ts';
import type { AlertSource, Delivered } from '../source.ts';

const Labels = z.record(z.string(), z.string());

const AlertmanagerAlert = z.looseObject({
  status: z.enum(['firing', 'resolved']),
  labels: Labels,
  annotations: Labels.default({}),
  startsAt: Instant,
  /** Of a firing alert: the zero time, or when it would end by itself. */
  endsAt: Instant.optional(),
  generatorURL: z.string().optional(),
  fingerprint: z.string().optional(),
});

const Payload = z.looseObject({
  version: z.literal('4', { error: 'must be "4", the payload of Alertmanager 0.16 and newer' }),
  alerts: z.array(z.unknown()).max(10_000),
  truncatedAlerts: z.int().min(0).optional(),
});

export const alertmanagerSource = (
  config: NonNullable<Config['alertSources']['alertmanager']>,
): AlertSource => ({
  summary: 'Alertmanager, payload version 4',
  read(delivery) {
    const authenticated = !('unauthenticated' in config);
    if (authenticated) requireSender(delivery, 'alertmanager', config);
    return parseAlertmanager(parseJson(delivery.body), { authenticated });
  },
});

const WHAT = 'an Alertmanager webhook payload of version 4';

/** The alerts of a payload. Throws a ProblemError (`bad-request`) that names the wrong fields where none is right. */
export function parseAlertmanager(body: unknown, source: { readonly authenticated: boolean }): Delivered {
  const { alerts, truncatedAlerts: truncated } = parseDelivery(Payload, body, { what: WHAT });
  return { ...readEach(alerts, (sent, i) => alertOf(sent, { ...source, prefix: `alerts.${i}` })), truncated };
}

function alertOf(sent: unknown, source: { readonly authenticated: boolean; readonly prefix: string }): Alert {
  const { authenticated, prefix } = source;
  const alert = parseDelivery(AlertmanagerAlert, sent, { what: WHAT, prefix });
  return boundedAlert({
    source: 'alertmanager',
    status: alert.status,
    ...labelled(alert.labels, alert.fingerprint),
    annotations: alert.annotations,
    startedAt: alert.startsAt,
    endedAt: alert.status === 'resolved' ? alert.endsAt : undefined,
    link: alert.generatorURL || undefined,
    authenticated,
    raw: sent,
  });
}
