/**
 * Alertmanager's webhook, payload version 4
 * (https://prometheus.io/docs/alerting/latest/configuration/#webhook_config).
 */
import { z } from 'zod';
import { hashOf } from '../../activities/kit/index.ts';
import type { Alert } from '../../ledger/api.ts';
import { fieldsOf, inWords, ProblemError } from '../problem-error.ts';
import { boundedAlert } from './bounded-alert.ts';
import { Instant } from './instant.ts';

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
});

/** Every alert of a payload. Throws a ProblemError (`bad-request`) that names the wrong fields. */
export function parseAlertmanager(body: unknown, source: { readonly authenticated: boolean }): Alert[] {
  const parsed = Payload.safeParse(body);
  if (!parsed.success) {
    const fields = fieldsOf(parsed.error);
    throw new ProblemError(
      'bad-request',
      `this is not an Alertmanager webhook payload of version 4: ${inWords(fields)}`,
      { fields, cause: parsed.error },
    );
  }
  return parsed.data.alerts.map((alert) =>
    boundedAlert({
      source: 'alertmanager',
      // Alertmanager before 0.19 sends no fingerprint; the labels are what it is made of.
      fingerprint: alert.fingerprint || hashOf(alert.labels),
      status: alert.status,
      name: alert.labels['alertname'] ?? 'unnamed',
      severity: alert.labels['severity'] ?? 'unknown',
      labels: alert.labels,
      annotations: alert.annotations,
      startedAt: alert.startsAt,
      endedAt: alert.status === 'resolved' ? alert.endsAt : undefined,
      link: alert.generatorURL || undefined,
      authenticated: source.authenticated,
      raw: alert,
    }),
  );
}
