/** What runbooks ask PagerDuty. Whom they ask something stays with `onCall` and `people` of the configuration. */
import { z } from 'zod';
import { defineSteps, read } from '../kit/index.ts';

const Id = z
  .string()
  .regex(/^[A-Z0-9]{4,40}$/, 'write its id, like PI7DH85: it is in the address of its page at PagerDuty');

export const pagerduty = defineSteps('pagerduty', {
  onCall: read({
    description:
      'Who is on call at this moment at PagerDuty: by a schedule, or by an escalation policy with its levels.',
    as: 'curl -H "Authorization: Token token=TOKEN" https://api.pagerduty.com/oncalls?schedule_ids[]=SCHEDULE',
    input: z.union([z.strictObject({ schedule: Id }), z.strictObject({ escalationPolicy: Id })]),
    output: z.discriminatedUnion('state', [
      z.object({
        state: z.literal('known'),
        /** The first level first. */
        people: z.array(
          z.object({
            id: z.string(),
            name: z.string(),
            /** Of the escalation policy: 1 is called first. Absent where a schedule was asked. */
            level: z.number().int().optional(),
            /** When the shift ends; absent for somebody who is always on call. */
            until: z.iso.datetime().optional(),
          }),
        ),
        /** True when there are more of them. */
        truncated: z.boolean(),
      }),
      /** Nobody: a gap, or no such schedule or policy. */
      z.object({ state: z.literal('unknown'), why: z.literal('empty'), reason: z.string() }),
    ]),
    summary: (i) =>
      'schedule' in i
        ? `who is on call by the schedule ${i.schedule}`
        : `who is on call by the escalation policy ${i.escalationPolicy}`,
  }),
});
