/** The shape of `nightshift.config.ts`. Each message says what to write, because it is shown behind the field's name. */
import { z } from 'zod';
import { AlertSources } from './alert-sources.ts';
import { DisruptionBudgets } from './budgets.ts';
import { BusinessHours, TimeZone } from './business-hours.ts';
import { Name, OneCluster, SeveralClusters } from './clusters.ts';
import { Hosts } from './hosts.ts';
import { httpUrl } from './http-url.ts';
import { Policy } from './policy.ts';
import { Questions } from './questions.ts';
import { SecretField } from './secret.ts';
import { path, text } from './text.ts';
import { Telling } from './telling.ts';
import { Unanswered } from './unanswered.ts';
import { Tickets } from './tickets.ts';
import { Traces } from './traces.ts';

const port = z
  .int({ error: 'write a port number' })
  .min(0, { error: 'write a port number (0: any free one)' })
  .max(65_535, { error: 'write a port number up to 65535' });

const ProxyAddress = z
  .string()
  .refine((text) => z.union([z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()]).safeParse(text).success, {
    error: 'write an address or a network like "10.0.0.0/8"',
  });

export const Person = z.strictObject({
  name: text('the person’s name'),
  roles: z.array(text('the name of a role, like "payments-oncall"'), {
    error: 'write a list of roles, like ["payments-oncall"]',
  }),
  /** Who they are in Slack, like U024BE7LH: their clicks on buttons count as their answers. */
  slack: z
    .string()
    .regex(/^[UW][A-Z0-9]{5,30}$/, { error: 'write the member id of Slack, like "U024BE7LH"' })
    .optional(),
  /** Where they are: reminders for them come by its clocks. */
  timeZone: TimeZone.optional(),
});

export const ConfigSchema = z.strictObject({
  deployment: Name,
  /** Unsigned answers and literal secrets are accepted: never for a deployment that changes anything that matters. */
  development: z.boolean({ error: 'write true or false' }).default(false),
  stateDir: path('a directory that nightshift may write to'),
  /** Ed25519 keys of gateway and sealer, made at the first start. */
  keysDir: path('a directory that only nightshift may read').optional(),
  temporal: z
    .strictObject({
      address: text('an address like "127.0.0.1:7233"').default('127.0.0.1:7233'),
      namespace: text('a namespace of Temporal').default('default'),
    })
    .prefault({}),
  /** The module whose default export is a runbook or a list of them; the runbooks that nightshift brings when left out. */
  runbooks: path('the module that exports your runbooks, like "runbooks/index.ts"').optional(),
  /** The module whose default export is a function that makes the steps of your own systems. */
  steps: path('the module that makes your steps, like "steps/index.ts"').optional(),
  database: z.strictObject({ url: SecretField }, { error: 'write { url: secret.env("DATABASE_URL") }' }),
  gateway: z
    .strictObject({
      host: text('an address to listen on, like "127.0.0.1"').default('127.0.0.1'),
      port: port.default(7070),
      /** Deliveries a minute from one address before webhooks answer 503; as many others before the API answers 429. */
      requestsPerMinute: z.int({ error: 'write a whole number' }).positive().default(1200),
      /** Proxies before the gateway: what they say in X-Forwarded-For is where a request comes from. */
      trustedProxies: z
        .array(ProxyAddress, { error: 'write a list of addresses or networks, like ["10.0.0.0/8"]' })
        .optional(),
      /** A second port, with TLS, for alert senders that show a client certificate. */
      senders: z
        .strictObject(
          {
            host: text('an address to listen on, like "0.0.0.0"').default('127.0.0.1'),
            port,
            certFile: path('the gateway’s certificate, with its chain'),
            keyFile: path('its private key'),
            /** The authority that vouches for senders. */
            clientCaFile: path('the certificate of the authority that vouches for senders'),
          },
          { error: 'write { port: 7443, certFile: "…", keyFile: "…", clientCaFile: "…" }' },
        )
        .optional(),
    })
    .prefault({}),
  cluster: OneCluster.optional(),
  /** Several clusters by their names, in place of `cluster`; the hosts of each are written in it. */
  clusters: SeveralClusters.optional(),
  /** The cluster that a step means that names none. */
  defaultCluster: Name.optional(),
  hosts: Hosts.optional(),
  prometheus: z
    .strictObject({
      url: httpUrl({ example: 'http://127.0.0.1:9090', credentials: '`token`' }),
      /** The label that names a service in this Prometheus' series. */
      serviceLabel: text('the name of a label').default('service'),
      /** How far back an error rate looks; at least four scrape intervals. */
      window: z
        .string()
        .regex(/^[1-9][0-9]*[smh]$/, { error: 'write a length of time like "1m"' })
        .default('1m'),
      /** Sent as a bearer token. */
      token: SecretField.optional(),
      /** How named questions are asked here; those left out use the metric names of the common exporters. */
      questions: Questions.optional(),
    })
    .optional(),
  /** To silence alerts and end silences; who may send alerts is in `alertSources`. */
  alertmanager: z
    .strictObject({
      url: httpUrl({ example: 'http://127.0.0.1:9093', credentials: '`token`' }),
      /** Sent as a bearer token. */
      token: SecretField.optional(),
    })
    .optional(),
  loki: z
    .strictObject({
      url: httpUrl({ example: 'http://127.0.0.1:3100', credentials: '`token`' }),
      /** Sent as a bearer token. */
      token: SecretField.optional(),
      /** Of a Loki with several: sent as X-Scope-OrgID. */
      tenant: text('the name of a tenant').optional(),
      /** The label that names a namespace in this Loki's streams. */
      namespaceLabel: text('the name of a label').default('namespace'),
    })
    .optional(),
  traces: Traces.optional(),
  /** Annotations and links; to annotate every change of every run, tell a channel of Grafana of them (`telling`). */
  grafana: z
    .strictObject({
      url: httpUrl({ example: 'http://127.0.0.1:3000', credentials: '`token`' }),
      /** Where people reach it, in links; `url` when left out. */
      publicUrl: httpUrl({ example: 'https://grafana.example.com' }).optional(),
      /** Of a service account that may read and write annotations; links need none. */
      token: SecretField.optional(),
    })
    .optional(),
  /** Its REST API v2, to read: who is on call. */
  pagerduty: z
    .strictObject(
      {
        token: SecretField,
        /** `https://api.eu.pagerduty.com` for accounts in the EU. */
        api: httpUrl({ example: 'https://api.eu.pagerduty.com', credentials: '`token`' }).default(
          'https://api.pagerduty.com',
        ),
      },
      { error: 'write { token: secret.env("PAGERDUTY_READ_TOKEN") }' },
    )
    .optional(),
  tickets: Tickets.optional(),
  alertSources: AlertSources.prefault({}),
  people: z
    .record(Name, Person, { error: 'write { ana: { name: "Ana", roles: ["payments-oncall"] } }' })
    .default({}),
  /** Roles that whoever is on call holds; `nightshift oncall` shows them. */
  onCall: z
    .strictObject({ file: path('the YAML file of schedules') }, { error: 'write { file: "on-call.yaml" }' })
    .optional(),
  /** Whom nightshift tells what, in chat rooms and other systems. */
  telling: Telling.optional(),
  /** For rules of the policy that differ by day and by night. */
  businessHours: BusinessHours.optional(),
  policy: Policy.optional(),
  /** How holds and offers to undo that nobody answers remind and escalate. */
  unanswered: Unanswered.prefault({}),
  /** How many nodes and pods may be away at once; looked at for each plan, and before each change that takes some away. */
  disruptionBudgets: DisruptionBudgets.default([]),
  /** Runbooks whose alerts start runs that only try; `nightshift shadow report` compares them with what people did. */
  shadow: z
    .array(text('the id of a runbook'), {
      error: 'write a list of runbooks, like ["pods-crash-on-one-node"]',
    })
    .default([]),
  /** Who changed each runbook last, for policies that exclude the author; a deploy can fill it from Git. */
  runbookAuthors: z
    .record(z.string(), Name, { error: 'write { "pods-crash-on-one-node": "ana" }' })
    .default({}),
  witness: z.strictObject({ file: path('a file that gets the checkpoints of the record') }).optional(),
});

/** What an author writes. */
export type ConfigInput = z.input<typeof ConfigSchema>;
