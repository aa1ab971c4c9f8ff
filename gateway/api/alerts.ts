import { z } from 'zod';
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
