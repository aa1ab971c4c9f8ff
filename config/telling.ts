/** Whom nightshift tells what, outside of itself: chat rooms and other systems, by what happened, who is asked, and when. */
import { z } from 'zod';
import { Channel } from './telling-channels.ts';
import { NAME } from './text.ts';

/** What people may want to know of. */
export const TELLING_EVENTS = [
  'question',
  'reminder',
  'escalation',
  'answer',
  'end',
  'failure',
  'change',
  'freeze',
] as const;
export type TellingEvent = (typeof TELLING_EVENTS)[number];

const ChannelName = z.string().regex(NAME, {
  error: 'name it with 1 to 40 lower-case letters, digits and dashes, like "payments-chat"',
});

const texts = (what: string) =>
  z
    .array(z.string().min(1), { error: `write a list of ${what}` })
    .min(1, { error: `write at least one of ${what}` });

/** Every condition that is there has to hold. */
const Route = z.strictObject({
  to: texts('names of channels'),
  events: z.array(z.enum(TELLING_EVENTS, { error: `write some of ${TELLING_EVENTS.join(', ')}` })).optional(),
  /** Somebody of these roles (or one of these people) is asked. */
  asks: texts('roles or people').optional(),
  /** The run's runbook is theirs; of a freeze, the runbook that it stops. */
  owners: texts('owners of runbooks').optional(),
  runbooks: texts('ids of runbooks').optional(),
  /** Of the alert that started the run, in the words of its source. */
  severity: texts('severities').optional(),
  /** By businessHours. */
  hours: z.enum(['business', 'outside'], { error: 'write "business" or "outside"' }).optional(),
});
export type Route = z.output<typeof Route>;

export const Telling = z
  .strictObject({
    channels: z.record(ChannelName, Channel),
    /** All that fit count. Without any, everything goes to every channel. */
    routes: z.array(Route).default([]),
    /** Messages a minute to one channel; more wait. */
    perMinute: z.int().min(1, { error: 'write a whole number above 0' }).default(20),
  })
  .superRefine(({ channels, routes }, context) => {
    routes.forEach(({ to }, i) =>
      to.forEach((name, n) => {
        if (!Object.hasOwn(channels, name))
          context.addIssue({
            code: 'custom',
            path: ['routes', i, 'to', n],
            message: `there is no channel "${name}"; there are: ${Object.keys(channels).join(', ')}`,
          });
      }),
    );
  });
export type Telling = z.output<typeof Telling>;
