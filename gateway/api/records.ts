import { z } from 'zod';
import { endpoint } from './endpoint.ts';

export const exportRecord = endpoint({
  method: 'GET',
  path: '/api/records/:workflowId',
  scope: 'read',
  summary: 'The sealed record of a run with its proofs, as `record verify` takes it',
  params: z.object({ workflowId: z.string().min(1).max(1000) }),
  response: z.unknown(),
});

export const LeftoverView = z.object({
  id: z.string(),
  workflowId: z.string(),
  target: z.string(),
  what: z.string(),
  why: z.string(),
  owner: z.string(),
  since: z.string(),
  expiresAt: z.string(),
});
export type LeftoverView = z.output<typeof LeftoverView>;

export const listLeftovers = endpoint({
  method: 'GET',
  path: '/api/leftovers',
  scope: 'read',
  summary: 'What runs changed and have not put back',
  response: z.object({ leftovers: z.array(LeftoverView) }),
});
