/** Webhook deliveries as their senders make them. */
import { createHmac } from 'node:crypto';
import { BEARER, PAGERDUTY_SECRET } from './house.ts';

export interface AlertmanagerDelivery {
  readonly service: string;
  readonly status?: 'firing' | 'resolved';
  readonly startsAt?: string;
  readonly alertname?: string;
  readonly bearer?: string;
}

export const deliverAlertmanager = (url: string, d: AlertmanagerDelivery) =>
  fetch(`${url}/webhooks/alertmanager`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${d.bearer ?? BEARER}` },
    body: JSON.stringify(alertmanagerPayload(d)),
  });

export const alertmanagerPayload = ({
  service,
  status = 'firing',
  startsAt = '2026-11-21T02:47:00Z',
  alertname = 'ServiceSick',
}: AlertmanagerDelivery) => ({
  version: '4',
  groupKey: '{}',
  status,
  receiver: 'nightshift',
  alerts: [
    {
      status,
      labels: { alertname, service, severity: 'critical' },
      annotations: {},
      startsAt,
      endsAt: status === 'resolved' ? '2026-11-21T03:00:00Z' : '0001-01-01T00:00:00Z',
      generatorURL: 'http://prometheus.example/graph',
      fingerprint: `fingerprint-of-${alertname}-${service}`,
    },
  ],
});

export function deliverPagerduty(url: string, d: { event: unknown; secret?: string; signature?: string }) {
  const body = JSON.stringify({ event: d.event });
  const hmac = createHmac('sha256', d.secret ?? PAGERDUTY_SECRET)
    .update(body)
    .digest('hex');
  return fetch(`${url}/webhooks/pagerduty`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'x-webhook-id': '5e5a5b5c',
      'x-pagerduty-signature': d.signature ?? `v1=${hmac}`,
    },
    body,
  });
}

export const pagerdutyEvent = (type: string, id = 'PGR0VU2', service?: string) => ({
  id: '01CH754SM17TWPE2V2H4VPBRO7',
  event_type: type,
  resource_type: 'incident',
  occurred_at: '2026-11-21T02:48:22.169Z',
  data: {
    ...{ id, type: 'incident', title: 'ServiceSick', created_at: '2026-11-21T02:47:33Z', urgency: 'high' },
    ...(service !== undefined && {
      service: { id: 'PF9KMXH', type: 'service_reference', summary: service },
    }),
  },
});

/** The JSON of an answer. */
export const json = async <T>(response: Response): Promise<T> => (await response.json()) as T;

/** What a webhook, or a refusal, answers. */
export interface Answer {
  readonly alerts: readonly { alertId: string; duplicate: boolean; runs: object[]; refused: object[] }[];
  readonly code: string;
  readonly fields: readonly { field: string }[];
}
