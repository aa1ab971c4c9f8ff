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
  /** Runs that are pinned to it. */
  openRuns: z.number().int(),
  /** Whether a worker that hosts it asked for work lately. */
  hosted: z.boolean(),
  /** Takes no new runs ever again: who said so, and why. */
  retired: z.object({ by: z.string(), reason: z.string(), at: z.string() }).optional(),
});
export type VersionView = z.output<typeof VersionView>;

export const OpenRunView = z.object({
  workflowId: z.string(),
  /** A runbook. */
  type: z.string(),
  version: z.string().optional(),
  /** Stays on its version. */
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

const params = z.object({ version: z.string().min(1).max(200) });
const reason = z.string().trim().min(1).max(2000);

export const makeVersionCurrent = endpoint({
  method: 'POST',
  path: '/api/deploy/versions/:version/current',
  scope: 'admin',
  summary: 'Let new runs take this version from now on; open runs stay on theirs',
  params,
  body: z.strictObject({ reason }),
  response: z.object({ current: z.string() }),
});

/** What becomes of the open runs that are pinned to a version that is retired. */
export const RUNS_OF_RETIRED = ['cancel', 'stop', 'move'] as const;
export type RunsOfRetired = (typeof RUNS_OF_RETIRED)[number];

export const retireVersion = endpoint({
  method: 'POST',
  path: '/api/deploy/versions/:version/retire',
  scope: 'admin',
  summary:
    'Never let new runs take this version again, and cancel, stop or move the runs that are pinned to it',
  params,
  body: z.strictObject({
    reason,
    /** Needed where there are any. `move`: to the current version, which has to be able to replay them; `deploy check` says. */
    runs: z.enum(RUNS_OF_RETIRED).optional(),
    /** How many open runs the person saw; with more than that it is refused. */
    openRuns: z.number().int().nonnegative(),
  }),
  response: z.object({ retired: z.string(), runs: z.array(z.string()) }),
});

export const listOpenRuns = endpoint({
  method: 'GET',
  path: '/api/deploy/open-runs',
  scope: 'read',
  summary: 'Every workflow that is open, with the version that it is on',
  response: z.object({ runs: z.array(OpenRunView) }),
});

export const versionContracts = endpoint({
  method: 'GET',
  path: '/api/deploy/versions/:version/contracts',
  scope: 'read',
  summary: 'JSON Schemas of the steps that a version was built with, by step name',
  params,
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
