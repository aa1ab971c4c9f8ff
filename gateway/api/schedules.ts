import { z } from 'zod';
import { RunOutcome } from '../../workflows/messages.ts';
import { endpoint } from './endpoint.ts';

export const ScheduleView = z.object({
  id: z.string(),
  runbook: z.string(),
  title: z.string(),
  /** `0 6 * * mon-fri` and `Europe/Berlin`, or `every 6 hours` and `UTC`. */
  when: z.string(),
  timeZone: z.string(),
  overlap: z.enum(['skip', 'queue', 'allow']),
  catchUp: z.string(),
  /** The next moments, whether it is paused or not. */
  next: z.array(z.string()),
  last: z
    .object({
      at: z.string(),
      workflowId: z.string().optional(),
      status: z.enum(['received', 'started', 'ended']).optional(),
      outcome: RunOutcome.optional(),
      skipped: z.string().optional(),
      missedSince: z.string().optional(),
    })
    .optional(),
  paused: z.object({ since: z.string(), by: z.string(), reason: z.string() }).optional(),
});
export type ScheduleView = z.output<typeof ScheduleView>;

const params = z.object({ id: z.string().min(1).max(200) });
const Reason = z.strictObject({ reason: z.string().trim().min(1).max(2000) });

export const listSchedules = endpoint({
  method: 'GET',
  path: '/api/schedules',
  scope: 'read',
  summary: 'The times that start runbooks: when next, what became of the last, and who paused it',
  query: z.strictObject({
    next: z.coerce.number<string | number>().int().min(1).max(50).default(1),
  }),
  response: z.object({ schedules: z.array(ScheduleView) }),
});

export const pauseSchedule = endpoint({
  method: 'POST',
  path: '/api/schedules/:id/pause',
  scope: 'run',
  summary: 'Let a schedule start nothing until it is resumed',
  params,
  body: Reason,
  response: z.object({ paused: z.literal(true) }),
});

export const resumeSchedule = endpoint({
  method: 'POST',
  path: '/api/schedules/:id/resume',
  scope: 'run',
  summary: 'Let a paused schedule start runs again; what came meanwhile is not started',
  params,
  body: Reason,
  response: z.object({ paused: z.literal(false) }),
});
