import { z } from 'zod';
import { endpoint } from './endpoint.ts';

const OnCall = z.object({
  /** Empty where the schedule has a gap. */
  people: z.array(z.object({ person: z.string(), name: z.string() })),
  /** Why it is not as the rotations say. */
  why: z.string().optional(),
});

export const RoleOnCallView = z.object({
  role: z.string(),
  timeZone: z.string(),
  now: OnCall,
  /** The next hand-overs, the nearest first. */
  next: z.array(OnCall.extend({ at: z.string() })),
});
export type RoleOnCallView = z.output<typeof RoleOnCallView>;

export const whoIsOnCall = endpoint({
  method: 'GET',
  path: '/api/oncall',
  scope: 'read',
  summary: 'Who holds each role that a schedule fills, at a moment, and the next hand-overs',
  query: z.strictObject({
    /** Now when absent. */
    at: z.iso.datetime({ offset: true }).optional(),
    role: z.string().min(1).optional(),
    /** How many hand-overs of each role. */
    next: z.coerce.number<string | number>().int().min(0).max(50).default(3),
  }),
  response: z.object({ at: z.string(), roles: z.array(RoleOnCallView) }),
});
