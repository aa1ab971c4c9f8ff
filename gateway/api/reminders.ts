import { z } from 'zod';
import { REMINDER_ENDS } from '../../ledger/reminders.ts';
import { endpoint } from './endpoint.ts';
import { RunView } from './runs.ts';

export const ReminderView = z.object({
  id: z.string(),
  text: z.string(),
  /** The role or person who is asked. */
  to: z.string(),
  /** When, as it was written, and the moment that it means. */
  said: z.string(),
  dueAt: z.string(),
  setBy: z.string(),
  setAt: z.string(),
  /** The run that set it. */
  workflowId: z.string().optional(),
  /** Nobody is asked while this check passes. */
  unless: z.string().optional(),
  /** The run that asks. */
  askedBy: z.string().optional(),
  closed: z
    .object({ at: z.string(), as: z.enum(REMINDER_ENDS), by: z.string(), reason: z.string() })
    .optional(),
});
export type ReminderView = z.output<typeof ReminderView>;

const params = z.object({ id: z.string().min(1).max(200) });
const reason = z.string().trim().min(1).max(2000);
/** Its words are looked at in the route, which answers what is wrong with them. */
const When = z.string().trim().min(1).max(200);

export const listReminders = endpoint({
  method: 'GET',
  path: '/api/reminders',
  scope: 'read',
  summary: 'What somebody is to be asked later; with all=true also what is over, the newest first',
  query: z.strictObject({
    all: z.enum(['true', 'false']).default('false'),
    limit: z.coerce.number<string | number>().int().min(1).max(1000).default(200),
  }),
  response: z.object({ reminders: z.array(ReminderView) }),
});

export const setReminder = endpoint({
  method: 'POST',
  path: '/api/reminders',
  scope: 'run',
  summary: 'Have a role or a person asked later: at "next working day 09:30 Europe/Berlin" or in "2 days"',
  body: z.strictObject({ text: z.string().trim().min(1).max(600), to: z.string().min(1).max(200), at: When }),
  status: 201,
  response: ReminderView,
});

export const closeReminder = endpoint({
  method: 'POST',
  path: '/api/reminders/:id/close',
  scope: 'decide',
  summary: 'Nobody is asked any more; whoever is being asked is not either',
  params,
  body: z.strictObject({ reason }),
  response: ReminderView,
});

export const postponeReminder = endpoint({
  method: 'POST',
  path: '/api/reminders/:id/postpone',
  scope: 'decide',
  summary: 'Ask then instead',
  params,
  body: z.strictObject({ until: When, reason }),
  response: ReminderView,
});

export const reopenReminder = endpoint({
  method: 'POST',
  path: '/api/reminders/:id/reopen',
  scope: 'run',
  summary: 'It is not over: start the runbook that set it again, with the same input, and close the reminder',
  params,
  body: z.strictObject({ reason }),
  status: 201,
  response: RunView,
});
