import { z } from 'zod';
import { endpoint } from './endpoint.ts';

/** A message to a channel, and what became of it. */
export const ToldView = z.object({
  id: z.string(),
  channel: z.string(),
  /** Empty for what concerns the whole deployment. */
  workflowId: z.string(),
  event: z.string(),
  title: z.string(),
  createdAt: z.string(),
  attempts: z.int().nonnegative(),
  deliveredAt: z.string().optional(),
  /** Nobody tries any more. */
  givenUpAt: z.string().optional(),
  /** Why the last attempt failed. */
  problem: z.string().optional(),
});
export type ToldView = z.output<typeof ToldView>;

export const listTold = endpoint({
  method: 'GET',
  path: '/api/told',
  scope: 'read',
  summary: 'What was told to whom outside of nightshift, newest first, and whether it arrived',
  query: z.object({
    workflowId: z.string().min(1).max(1000).optional(),
    limit: z.coerce.number<string | number>().int().min(1).max(500).default(50),
  }),
  response: z.object({ told: z.array(ToldView) }),
});

export const tellChannel = endpoint({
  method: 'POST',
  path: '/api/told/:channel/test',
  scope: 'admin',
  summary: 'Send a message that says it is a test to one channel',
  params: z.object({ channel: z.string().min(1).max(100) }),
  status: 202,
  response: z.object({ id: z.string() }),
});
