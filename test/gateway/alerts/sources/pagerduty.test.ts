import { expect, test } from '@jest/globals';
import { secret } from '../../../../config/index.ts';
import { parsePagerduty } from '../../../../gateway/alerts/sources/pagerduty.ts';
import { ProblemError } from '../../../../gateway/problem-error.ts';
import { deliver, hmac } from './deliver.ts';

/** After the webhook payload of PagerDuty's documentation. */
const incident = {
  id: 'PGR0VU2',
  type: 'incident',
  self: 'https://api.pagerduty.com/incidents/PGR0VU2',
  html_url: 'https://acme.pagerduty.com/incidents/PGR0VU2',
  number: 2,
  status: 'triggered',
  incident_key: 'd3640fbd41094207a1c11e58e46b1662',
  created_at: '2026-11-21T02:47:33Z',
  title: 'HighErrorRate',
  service: {
    html_url: 'https://acme.pagerduty.com/services/PF9KMXH',
    id: 'PF9KMXH',
    self: 'https://api.pagerduty.com/services/PF9KMXH',
    summary: 'payment-service',
    type: 'service_reference',
  },
  assignees: [{ id: 'PTUXL6G', summary: 'User 123', type: 'user_reference' }],
  escalation_policy: { id: 'PUS0KTE', summary: 'Default', type: 'escalation_policy_reference' },
  teams: [],
  priority: { id: 'PSO75BM', summary: 'P1', type: 'priority_reference' },
  urgency: 'high',
  conference_bridge: null,
  resolve_reason: null,
};
const event = (event_type: string, data: unknown = incident) => ({
  event: {
    id: '01CH754SM17TWPE2V2H4VPBRO7',
    event_type,
    resource_type: 'incident',
    occurred_at: '2026-11-21T02:48:22.169Z',
    agent: { id: 'PLH1HKV', type: 'user_reference' },
    client: null,
    data,
  },
});

test('a triggered incident is a firing alert', () => {
  expect(parsePagerduty(event('incident.triggered'))).toEqual({
    alert: {
      source: 'pagerduty',
      fingerprint: 'PGR0VU2',
      status: 'firing',
      name: 'HighErrorRate',
      severity: 'high',
      labels: {
        incident: 'PGR0VU2',
        incident_key: 'd3640fbd41094207a1c11e58e46b1662',
        service: 'payment-service',
        service_id: 'PF9KMXH',
        urgency: 'high',
        priority: 'P1',
      },
      annotations: {},
      startedAt: '2026-11-21T02:47:33.000Z',
      endedAt: undefined,
      link: 'https://acme.pagerduty.com/incidents/PGR0VU2',
      authenticated: true,
      raw: expect.objectContaining({ event: expect.anything() }),
    },
  });
});

test.each([
  ['incident.triggered', 'firing', '2026-11-21T02:47:33.000Z', undefined],
  ['incident.reopened', 'firing', '2026-11-21T02:48:22.169Z', undefined],
  ['incident.resolved', 'resolved', '2026-11-21T02:48:22.169Z', '2026-11-21T02:48:22.169Z'],
])('%s: %s, from %s until %s', (type, status, startedAt, endedAt) => {
  expect(parsePagerduty(event(type)).alert).toMatchObject({ status, startedAt });
  expect(parsePagerduty(event(type)).alert?.endedAt).toBe(endedAt);
});

test.each(['incident.acknowledged', 'incident.annotated', 'service.updated', 'pagey.ping'])(
  '%s starts nothing, whatever it carries',
  (type) => {
    expect(parsePagerduty(event(type, { message: 'Hello from your friend Pagey!' }))).toEqual({
      ignored: `${type} starts and ends nothing`,
    });
  },
);

test('what PagerDuty leaves null is left out', () => {
  const bare = {
    ...incident,
    service: null,
    priority: null,
    urgency: null,
    incident_key: null,
    html_url: null,
  };
  const { alert } = parsePagerduty(event('incident.triggered', bare));
  expect(alert?.labels).toEqual({ incident: 'PGR0VU2' });
  expect(alert?.severity).toBe('unknown');
});

const bad: [string, unknown, string][] = [
  ['no event', {}, 'event'],
  ['no type', { event: { ...event('x').event, event_type: 7 } }, 'event.event_type'],
  ['no incident', event('incident.triggered', null), 'event.data'],
  [
    'an incident without a title',
    event('incident.resolved', { ...incident, title: undefined }),
    'event.data.title',
  ],
  ['an empty id', event('incident.resolved', { ...incident, id: '' }), 'event.data.id'],
];
test.each(bad)('%s is refused with the field', (_, body, field) => {
  expect(() => parsePagerduty(body)).toThrow(ProblemError);
  try {
    parsePagerduty(body);
  } catch (error) {
    expect((error as ProblemError).fields?.map((f) => f.field)).toContain(field);
  }
});

test('a secret that is missing is logged and costs the other nothing; where that does not fit, PagerDuty tries again', () => {
  const signingSecrets = [secret.env('TEST_NOWHERE'), secret.literal('s2')];
  const body = JSON.stringify(event('incident.triggered'));
  const logged: unknown[] = [];
  const signedWith = (key: string) =>
    deliver(
      { pagerduty: { signingSecrets } },
      'pagerduty',
      body,
      { 'x-pagerduty-signature': `v1=${hmac(key, body)}` },
      { warn: (facts: unknown) => void logged.push(String((facts as { err: Error }).err)) },
    );
  expect(signedWith('s2').alerts).toHaveLength(1);
  expect(logged).toEqual([expect.stringContaining('TEST_NOWHERE] is not set')]);
  expect(() => signedWith('s3')).toThrow(/TEST_NOWHERE\] is not set/);
});
