import { z } from 'zod';
import { RunOutcome, RunState, Trigger } from '../../workflows/messages.ts';
import { endpoint } from './endpoint.ts';
import { QuestionView } from './questions.ts';

/** A run as the ledger knows it. */
export const RunView = z.object({
  workflowId: z.string(),
  runbook: z.string(),
  title: z.string(),
  input: z.unknown(),
  trigger: Trigger,
  dryRun: z.boolean(),
  /** A dry run that an alert started: its runbook is in shadow. */
  shadow: z.boolean(),
  status: z.enum(['received', 'started', 'ended']),
  /** What it waits for: in words, the runs that it waits for, and until when where that is known. */
  waits: z
    .object({
      what: z.string(),
      on: z.array(z.string()).readonly(),
      since: z.string().optional(),
      until: z.string().optional(),
    })
    .optional(),
  outcome: RunOutcome.optional(),
  result: z.unknown().optional(),
  receivedAt: z.string(),
  startedAt: z.string().optional(),
  endedAt: z.string().optional(),
  sealedAt: z.string().optional(),
});
export type RunView = z.output<typeof RunView>;

/** A run with everything that can be said about it now. */
export const RunDetail = z.object({
  run: RunView,
  /** What the run itself says; absent when it did not answer, and `note` says why. */
  state: RunState.optional(),
  note: z.string().optional(),
  /** Open and closed questions as the ledger knows them, also when nobody answers for the run. */
  questions: z.array(QuestionView),
});
export type RunDetail = z.output<typeof RunDetail>;

/** One server-sent event of a run: every change of its state, then its end. */
export const RunEvent = z.object({ kind: z.enum(['state', 'end']), detail: RunDetail });
export type RunEvent = z.output<typeof RunEvent>;

const params = z.object({ workflowId: z.string().min(1).max(1000) });
const Reason = z.object({ reason: z.string().trim().min(1).max(2000) });

export const startRun = endpoint({
  method: 'POST',
  path: '/api/runs',
  scope: 'run',
  summary: 'Ask for a run; the same requestId twice is the same run',
  body: z.strictObject({
    runbook: z.string(),
    input: z.json(),
    /** Shows plans and carries none out. */
    dryRun: z.boolean().default(false),
    requestId: z.string().min(8).max(200).optional(),
  }),
  status: 201,
  response: RunView,
});

export const listRuns = endpoint({
  method: 'GET',
  path: '/api/runs',
  scope: 'read',
  summary: 'Runs, newest first',
  query: z.strictObject({
    status: z.enum(['received', 'started', 'ended']).optional(),
    runbook: z.string().optional(),
    limit: z.coerce.number<string | number>().int().min(1).max(500).default(50),
  }),
  response: z.object({ runs: z.array(RunView) }),
});

export const showRun = endpoint({
  method: 'GET',
  path: '/api/runs/:workflowId',
  scope: 'read',
  summary:
    'One run: the ledger’s row, its questions, and its own live state where it answers within two seconds',
  params,
  response: RunDetail,
});

/** Answers `text/event-stream`; `response` is the schema of each event's data. */
export const watchRun = endpoint({
  method: 'GET',
  path: '/api/runs/:workflowId/events',
  scope: 'read',
  summary:
    'Server-sent events: the run whenever its state changes (event `state`), and its end (event `end`)',
  params,
  response: RunEvent,
});

export const cancelRun = endpoint({
  method: 'POST',
  path: '/api/runs/:workflowId/cancel',
  scope: 'run',
  summary: 'Ask the run to end at its next safe point and to offer the undo of what it carried out',
  params,
  body: Reason,
  status: 202,
  response: z.object({ cancelling: z.literal(true) }),
});

export const takeOverRun = endpoint({
  method: 'POST',
  path: '/api/runs/:workflowId/take-over',
  scope: 'run',
  summary: 'Take the run into your hands: it does nothing until you give it back',
  params,
  body: Reason,
  response: z.object({ takenOver: z.literal(true) }),
});

export const giveBackRun = endpoint({
  method: 'POST',
  path: '/api/runs/:workflowId/give-back',
  scope: 'run',
  summary: 'Give it back: it looks what you did, and goes on',
  params,
  /** `reason`: what was done by hand. */
  body: Reason,
  response: z.object({ givenBack: z.literal(true) }),
});

export const stopRun = endpoint({
  method: 'POST',
  path: '/api/runs/:workflowId/stop',
  scope: 'run',
  summary: 'The stop button: no change of this run begins any more; works without Temporal and workers',
  params,
  body: Reason,
  response: z.object({ stopped: z.literal(true) }),
});
