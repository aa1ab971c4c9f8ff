/** The channels that can be told: one kind each, with what it needs to be reached. */
import { z } from 'zod';
import { httpUrl } from './http-url.ts';
import { AddressOrSecret, SecretField } from './secret.ts';
import { path, text } from './text.ts';

const Slack = z
  .strictObject({
    /** Of a bot with the scopes chat:write and channels:history (groups:history for a private channel). */
    token: SecretField,
    /** Its id, like C024BE91L. */
    channel: z.string().regex(/^[A-Z0-9]{3,30}$/, { error: 'write the id of the channel, like "C024BE91L"' }),
    api: httpUrl({ example: 'https://slack.com/api', credentials: '`token`' }).default(
      'https://slack.com/api',
    ),
    /** Of the app: with it questions have buttons, and Slack's interactions are taken at /slack/interactions. */
    signingSecret: SecretField.optional(),
    /** The gravest risk of a plan that may be approved by a button; none may when left out. */
    approvesUpTo: z
      .enum(['notify', 'diagnostic', 'reversible', 'disruptive'], {
        error:
          'write "notify", "diagnostic", "reversible" or "disruptive"; what cannot be undone is not approved in a chat',
      })
      .optional(),
    /** Where a button leads that opens a question elsewhere: `{run}` is replaced by the run. */
    link: httpUrl({ example: 'https://nightshift.example.com/runs/{run}' }).optional(),
  })
  .refine(({ approvesUpTo, signingSecret }) => approvesUpTo === undefined || signingSecret !== undefined, {
    error: 'approving by a button needs the signingSecret of the app',
    path: ['signingSecret'],
  });

const MailAddress = z.email({ error: 'write an address like "oncall@example.com"' });
const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|::1)$/;

const Email = z
  .strictObject({
    server: text('the name of an SMTP server, like "smtp.example.com"'),
    port: z.int({ error: 'write a port number' }).min(1).max(65_535).optional(),
    /** `starttls` (port 587) and `tls` (465) send nothing before the connection is encrypted. */
    security: z
      .enum(['starttls', 'tls', 'none'], {
        error: 'write "starttls", "tls", or "none" for a server on this machine',
      })
      .default('starttls'),
    /** Of a certificate authority that the machine does not know. */
    caFile: path('the certificate of the authority that vouches for the server').optional(),
    user: text('the name to sign in with').optional(),
    password: SecretField.optional(),
    from: MailAddress,
    to: z.array(MailAddress).min(1, { error: 'write at least one address' }),
  })
  .refine(({ user, password }) => (user === undefined) === (password === undefined), {
    error: 'write user and password, or neither',
    path: ['password'],
  })
  .refine(({ security, server }) => security !== 'none' || LOOPBACK.test(server), {
    error: 'what runs say must not go over a network in the clear; write "starttls" or "tls"',
    path: ['security'],
  });

const PagerDuty = z.strictObject({
  /** Of an integration of type "Events API V2". */
  routingKey: SecretField,
  /** `https://events.eu.pagerduty.com` for accounts in the EU. */
  api: httpUrl({ example: 'https://events.eu.pagerduty.com', credentials: '`routingKey`' }).default(
    'https://events.pagerduty.com',
  ),
});

const PagerDutyIncidents = z.strictObject({
  /** Of the REST API, with the right to write. */
  token: SecretField,
  /** The address of the user in whose name it is done. */
  from: MailAddress,
  /** `https://api.eu.pagerduty.com` for accounts in the EU. */
  api: httpUrl({ example: 'https://api.eu.pagerduty.com', credentials: '`token`' }).default(
    'https://api.pagerduty.com',
  ),
  /** Whether a run that has completed resolves its incident. */
  resolve: z.boolean({ error: 'write true or false' }).default(false),
});

const Grafana = z.strictObject({
  url: httpUrl({ example: 'https://grafana.example.com', credentials: '`token`' }),
  /** Of a service account that may write annotations. */
  token: SecretField,
  /** The UID of the one dashboard that shows them; without it every dashboard that asks for their tags does. */
  dashboard: text('the UID of a dashboard').optional(),
  tags: z.array(text('a tag')).default([]),
});

const KINDS = {
  slack: Slack.optional(),
  teams: z.strictObject({ url: AddressOrSecret }).optional(),
  email: Email.optional(),
  pagerduty: PagerDuty.optional(),
  pagerdutyIncidents: PagerDutyIncidents.optional(),
  grafana: Grafana.optional(),
  webhook: z.strictObject({ url: AddressOrSecret, secret: SecretField.optional() }).optional(),
};
const names = Object.keys(KINDS).join(', ');

export const Channel = z
  .strictObject(KINDS, { error: `write one of ${names} with its fields` })
  .refine((channel) => Object.values(channel).filter((kind) => kind !== undefined).length === 1, {
    error: `write one of ${names}, like { slack: { token: secret.env("SLACK_TOKEN"), channel: "C024BE91L" } }`,
  });
export type Channel = z.output<typeof Channel>;
export type EmailConfig = z.output<typeof Email>;
