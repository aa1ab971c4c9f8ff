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
import { alertsAsSent, parseDelivery } from '../parse-delivery.ts';
import type { AlertSource } from '../source.ts';

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
  alerts: z.array(AlertmanagerAlert).max(10_000),
  truncatedAlerts: z.int().min(0).optional(),
});

export const alertmanagerSource = (
  config: NonNullable<Config['alertSources']['alertmanager']>,
): AlertSource => ({
  summary: 'Alertmanager, payload version 4',
  read(delivery) {
    const authenticated = !('unauthenticated' in config);
    if (authenticated) requireSender(delivery, 'alertmanager', config);
    const body = parseJson(delivery.body);
    const { alerts, truncatedAlerts } = parsePayload(body);
    return { alerts: alertsOf(alerts, alertsAsSent(body), authenticated), truncated: truncatedAlerts };
  },
});

/** Every alert of a payload. Throws a ProblemError (`bad-request`) that names the wrong fields. */
export const parseAlertmanager = (body: unknown, source: { readonly authenticated: boolean }): Alert[] =>
  alertsOf(parsePayload(body).alerts, alertsAsSent(body), source.authenticated);

const parsePayload = (body: unknown): z.output<typeof Payload> =>
  parseDelivery(Payload, body, { what: 'an Alertmanager webhook payload of version 4' });

const alertsOf = (
  alerts: readonly z.output<typeof AlertmanagerAlert>[],
  sent: readonly unknown[],
  authenticated: boolean,
): Alert[] =>
  alerts.map((alert, i) =>
    boundedAlert({
      source: 'alertmanager',
      status: alert.status,
      ...labelled(alert.labels, alert.fingerprint),
      annotations: alert.annotations,
      startedAt: alert.startsAt,
      endedAt: alert.status === 'resolved' ? alert.endsAt : undefined,
      link: alert.generatorURL || undefined,
      authenticated,
      raw: sent[i],
    }),
  );
