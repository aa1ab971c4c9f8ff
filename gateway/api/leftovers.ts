import { z } from 'zod';
import { endpoint } from './endpoint.ts';
import { RunView } from './runs.ts';

export const LeftoverView = z.object({
  id: z.string(),
  workflowId: z.string(),
  target: z.string(),
  what: z.string(),
  why: z.string(),
  owner: z.string(),
  since: z.string(),
  /** From then on its owner is asked. */
  expiresAt: z.string(),
  askedAt: z.string().optional(),
  undo: z.object({ summary: z.string() }).optional(),
});
export type LeftoverView = z.output<typeof LeftoverView>;

export const listLeftovers = endpoint({
  method: 'GET',
  path: '/api/leftovers',
  scope: 'read',
  summary: 'What runs changed and have not put back',
  response: z.object({ leftovers: z.array(LeftoverView) }),
});

const params = z.object({ id: z.string().min(1).max(1000) });
const Reason = z.object({ reason: z.string().trim().min(1).max(2000) });

export const keepLeftover = endpoint({
  method: 'POST',
  path: '/api/leftovers/:id/keep',
  scope: 'decide',
  summary: 'Let it stay until then; its owner is asked again afterwards',
  params,
  body: Reason.extend({ until: z.iso.datetime() }),
  response: z.object({ kept: z.literal(true) }),
});

export const clearLeftover = endpoint({
  method: 'POST',
  path: '/api/leftovers/:id/gone',
  scope: 'decide',
  summary: 'Say that it is gone, or was put back by hand: it is taken off the list, with your name',
  params,
  body: Reason,
  response: z.object({ cleared: z.literal(true) }),
});

export const putBackLeftover = endpoint({
  method: 'POST',
  path: '/api/leftovers/:id/put-back',
  scope: 'run',
  summary: 'Start a run that plans the way back and asks for exactly that',
  params,
  status: 201,
  response: RunView,
});
