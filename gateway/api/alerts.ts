import { z } from 'zod';
import { AlertHistory, HistoryQuestion } from '../../activities/alerts/contract.ts';
import { endpoint } from './endpoint.ts';

/** An alert as it was received, with what became of it. */
export const AlertView = z.object({
  id: z.string(),
  source: z.string(),
  name: z.string(),
  status: z.enum(['firing', 'resolved']),
  severity: z.string(),
  labels: z.record(z.string(), z.string()),
  authenticated: z.boolean(),
  startedAt: z.string(),
  receivedAt: z.string(),
  /** The runs that it started, joined, queued, resolved. */
  runs: z.array(z.object({ workflowId: z.string(), effect: z.string() })).readonly(),
  /** Runbooks that fit it and did not start, and why. */
  refused: z.array(z.object({ runbook: z.string(), message: z.string() })).readonly(),
});
export type AlertView = z.output<typeof AlertView>;

export const listAlerts = endpoint({
  method: 'GET',
  path: '/api/alerts',
  scope: 'read',
  summary: 'Alerts received, newest first, with what became of each',
  query: z.strictObject({
    id: z.string().optional(),
    name: z.string().optional(),
    limit: z.coerce.number<string | number>().int().min(1).max(500).default(50),
  }),
  response: z.object({ alerts: z.array(AlertView) }),
});

const { name, fingerprint, since, flaps } = HistoryQuestion.shape;
const { within } = flaps.unwrap().shape;
const Label = z.string().regex(/^[^=]+=/, 'write it like namespace=shop');

export const alertHistory = endpoint({
  method: 'GET',
  path: '/api/alerts/history',
  scope: 'read',
  summary: 'How often an alert fired, for how long, whether it flaps, and how the runs that it started ended',
  query: z
    .strictObject({
      name,
      /** `name=value`; several must all fit. */
      label: z.union([Label.transform((one) => [one]), z.array(Label)]).default([]),
      fingerprint,
      since,
      flapTimes: z.coerce.number<string | number>().int().min(2).max(100).default(3),
      flapWithin: within,
    })
    .refine(({ name, label, fingerprint }) => name ?? fingerprint ?? label[0], {
      error: 'name the alert, its fingerprint or one of its labels',
      path: ['name'],
    }),
  response: AlertHistory,
});
