import { z } from 'zod';
import { endpoint } from './endpoint.ts';

export const VersionView = z.object({
  /** The hash of its bundle. */
  version: z.string(),
  status: z.enum(['new', 'current', 'ramping', 'draining', 'drained']),
  /** When it took new runs first, where it ever did. */
  currentSince: z.string().optional(),
  /** When a worker started with it last; absent when the ledger does not keep its code. */
  keptAt: z.string().optional(),
  /** Runs that are pinned to it; reminders move on by themselves. */
  openRuns: z.number().int(),
  /** Whether a worker that hosts it asked for work lately. */
  hosted: z.boolean(),
});
export type VersionView = z.output<typeof VersionView>;

export const OpenRunView = z.object({
  workflowId: z.string(),
  /** A runbook, or `reminder`. */
  type: z.string(),
  version: z.string().optional(),
  /** Stays on its version; a reminder moves on to the current one. */
  pinned: z.boolean(),
});
export type OpenRunView = z.output<typeof OpenRunView>;

export const listVersions = endpoint({
  method: 'GET',
  path: '/api/deploy/versions',
  scope: 'read',
  summary: 'Versions of the runbooks: which takes new runs, and which open runs still need',
  response: z.object({ versions: z.array(VersionView) }),
});

export const listOpenRuns = endpoint({
  method: 'GET',
  path: '/api/deploy/open-runs',
  scope: 'read',
  summary: 'Every workflow that is open, reminders among them, with the version that it is on',
  response: z.object({ runs: z.array(OpenRunView) }),
});

export const versionContracts = endpoint({
  method: 'GET',
  path: '/api/deploy/versions/:version/contracts',
  scope: 'read',
  summary: 'JSON Schemas of the steps that a version was built with, by step name',
  params: z.object({ version: z.string().min(1).max(200) }),
  response: z.object({ contracts: z.record(z.string(), z.unknown()) }),
});

export const showHistory = endpoint({
  method: 'GET',
  path: '/api/deploy/histories/:workflowId',
  scope: 'read',
  summary: 'The history of a run in Temporal’s JSON, to be replayed',
  params: z.object({ workflowId: z.string().min(1).max(1000) }),
  response: z.object({ history: z.looseObject({ events: z.array(z.unknown()) }) }),
});
