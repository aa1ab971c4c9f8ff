import { z } from 'zod';
import { ComparedChange } from '../../workflows/agreement.ts';
import { RunOutcome } from '../../workflows/messages.ts';
import { endpoint } from './endpoint.ts';

/** A run in shadow: what it would have done, beside what was done. */
export const ShadowRunView = z.object({
  workflowId: z.string(),
  alert: z.string().optional(),
  status: z.enum(['received', 'started', 'ended']),
  outcome: RunOutcome.optional(),
  /** What it ended with: how far it came, or its runbook's result. */
  result: z.unknown().optional(),
  receivedAt: z.string(),
  endedAt: z.string().optional(),
  /** When the last of its alerts ended. */
  resolvedAt: z.string().optional(),
  /** Known once it has ended. */
  changes: z.array(ComparedChange).readonly(),
});
export type ShadowRunView = z.output<typeof ShadowRunView>;

const count = z.int().nonnegative();

export const ShadowReport = z.object({
  runbook: z.string(),
  /** Whether its alerts start such runs now. */
  inShadow: z.boolean(),
  totals: z.object({
    runs: count,
    /** Not over: nothing is known of them yet. */
    open: count,
    /** Over, and would have changed nothing. */
    withoutChange: count,
    /** Failed, stopped or cancelled before there was anything to compare. */
    notCompared: count,
    changes: count,
    same: count,
    other: count,
    nothing: count,
    unknown: count,
    /** `same` of all changes of which somebody can tell, 0 to 1; absent where there is none. */
    agreement: z.number().optional(),
  }),
  /** Newest first. */
  runs: z.array(ShadowRunView),
});
export type ShadowReport = z.output<typeof ShadowReport>;

export const shadowReport = endpoint({
  method: 'GET',
  path: '/api/runbooks/:runbook/shadow',
  scope: 'read',
  summary: 'What a runbook in shadow would have done beside what was done, run by run',
  params: z.object({ runbook: z.string().min(1).max(200) }),
  query: z.strictObject({
    limit: z.coerce.number<string | number>().int().min(1).max(500).default(50),
  }),
  response: ShadowReport,
});
