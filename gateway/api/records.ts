import { z } from 'zod';
import { endpoint } from './endpoint.ts';

export const exportLog = endpoint({
  method: 'GET',
  path: '/api/log',
  scope: 'read',
  summary:
    'The whole log of the deployment: every run, freeze, delegation and version, as `record verify` takes it',
  response: z.unknown(),
});

export const exportRecord = endpoint({
  method: 'GET',
  path: '/api/records/:workflowId',
  scope: 'read',
  summary: 'The sealed record of a run with its proofs, as `record verify` takes it',
  params: z.object({ workflowId: z.string().min(1).max(1000) }),
  response: z.unknown(),
});
