/** Whom nightshift tells what, outside of itself: chat rooms and other systems, by what happened, who is asked, and when. */
import { z } from 'zod';
import { SecretField } from './secret.ts';
import { NAME } from './text.ts';

/** What people may want to know of. */
export const TELLING_EVENTS = [
  'question',
  'reminder',
  'escalation',
  'answer',
  'end',
  'failure',
  'freeze',
] as const;
export type TellingEvent = (typeof TELLING_EVENTS)[number];

const Address = z.union([z.url({ protocol: /^https?$/ }), SecretField], {
  error: 'write an http or https address, or secret.env("NAME") where the address is the secret',
});

const Channel = z.union(
  [
    z.strictObject({
      slack: z.strictObject({
        /** Of a bot with the scopes chat:write and channels:history (groups:history for a private channel). */
        token: SecretField,
        /** Its id, like C024BE91L. */
        channel: z
          .string()
          .regex(/^[A-Z0-9]{3,30}$/, { error: 'write the id of the channel, like "C024BE91L"' }),
        api: z.url({ protocol: /^https?$/ }).default('https://slack.com/api'),
      }),
    }),
    z.strictObject({ teams: z.strictObject({ url: Address }) }),
    z.strictObject({ webhook: z.strictObject({ url: Address, secret: SecretField.optional() }) }),
  ],
  {
    error:
      'write { slack: { token: secret.env("SLACK_TOKEN"), channel: "C024BE91L" } }, { teams: { url: secret.env("TEAMS_URL") } } or { webhook: { url: "https://…", secret: secret.env("NAME") } }',
  },
);
export type Channel = z.output<typeof Channel>;

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
  runbooks: texts('ids of runbooks').optional(),
  /** The `severity` label of the alert that started the run. */
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
