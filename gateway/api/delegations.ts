import { z } from 'zod';
import { endpoint } from './endpoint.ts';

export const DelegationView = z.object({
  id: z.string(),
  role: z.string(),
  from: z.string(),
  to: z.string(),
  since: z.string(),
  until: z.string(),
  reason: z.string(),
});
export type DelegationView = z.output<typeof DelegationView>;

export const listDelegations = endpoint({
  method: 'GET',
  path: '/api/delegations',
  scope: 'read',
  summary: 'Who stands in for whom now',
  response: z.object({ delegations: z.array(DelegationView) }),
});

export const delegate = endpoint({
  method: 'POST',
  path: '/api/delegations',
  scope: 'decide',
  summary: 'Let a colleague answer in your place, for a role that you hold, until a moment',
  body: z.strictObject({
    role: z.string().min(1),
    to: z.string().min(1),
    until: z.iso.datetime(),
    reason: z.string().trim().min(1).max(2000),
  }),
  status: 201,
  response: DelegationView,
});

export const endDelegation = endpoint({
  method: 'DELETE',
  path: '/api/delegations/:id',
  scope: 'decide',
  summary: 'Take a delegation back: whoever gave it, whoever has it, or a token of scope admin',
  params: z.object({ id: z.string().min(1) }),
  response: z.object({ ended: z.literal(true) }),
});
