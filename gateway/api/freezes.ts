import { z } from 'zod';
import { endpoint } from './endpoint.ts';

const Scope = z.union([
  z.strictObject({ kind: z.literal('everything') }),
  z.strictObject({ kind: z.enum(['runbook', 'cluster']), name: z.string().min(1) }),
]);

export const FreezeView = z.object({
  id: z.string(),
  scope: Scope,
  reason: z.string(),
  by: z.string(),
  since: z.string(),
  until: z.string().optional(),
});
export type FreezeView = z.output<typeof FreezeView>;

export const listFreezes = endpoint({
  method: 'GET',
  path: '/api/freezes',
  scope: 'read',
  summary: 'Freezes in force',
  response: z.object({ freezes: z.array(FreezeView) }),
});

export const freeze = endpoint({
  method: 'POST',
  path: '/api/freezes',
  scope: 'run',
  summary: 'Let no change begin: of a runbook, of a cluster, of everything',
  body: z.strictObject({
    scope: Scope,
    reason: z.string().trim().min(1).max(2000),
    until: z.iso.datetime().optional(),
  }),
  status: 201,
  response: FreezeView,
});

export const liftFreeze = endpoint({
  method: 'DELETE',
  path: '/api/freezes/:id',
  scope: 'decide',
  summary: 'Lift a freeze',
  params: z.object({ id: z.string().min(1) }),
  response: z.object({ lifted: z.literal(true) }),
});
