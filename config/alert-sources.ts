/** Who may send alerts, and how each proves that it is it. */
import { z } from 'zod';
import { SecretField } from './secret.ts';
import { NAME, text } from './text.ts';

/** A name in the client certificate, of gateway.senders: its common name, a DNS name or an URI of it. */
const ByCertificate = {
  clientCertificate: text('a name in the sender’s certificate, like "alertmanager.example.com"'),
};

const AlertmanagerSource = z.union(
  [
    z.strictObject({ bearerToken: SecretField }),
    z.strictObject(ByCertificate),
    z.strictObject({ unauthenticated: z.literal(true) }),
  ],
  {
    error:
      'write { bearerToken: secret.env("NAME") } or { clientCertificate: "alertmanager.example.com" }, or { unauthenticated: true } to accept alerts that nobody signed (their runs earn no grant by policy beyond notify)',
  },
);

const SigningSecrets = z
  .array(SecretField, { error: 'write a list of secrets' })
  .min(1, { error: 'write at least one secret; two while one is being rotated' });

/** In lower case, as Node names the headers of a request. */
const Header = z
  .string({ error: 'write the name of a header, like "X-Signature"' })
  .regex(/^[\w-]{1,100}$/, { error: 'write the name of a header, like "X-Signature"' })
  .toLowerCase();

const GrafanaSource = z.union(
  [
    z.strictObject({
      signingSecrets: SigningSecrets,
      signatureHeader: Header.default('x-grafana-alerting-signature'),
      /** The "Timestamp Header" of the contact point: with it, a delivery counts for five minutes. */
      timestampHeader: Header.optional(),
    }),
    z.strictObject({ bearerToken: SecretField }),
    z.strictObject(ByCertificate),
  ],
  {
    error:
      'write { signingSecrets: [secret.env("NAME")], timestampHeader: "X-Grafana-Alerting-Timestamp" }, or { bearerToken: secret.env("NAME") }',
  },
);

const BearerSource = z.union([z.strictObject({ bearerToken: SecretField }), z.strictObject(ByCertificate)], {
  error: 'write { bearerToken: secret.env("NAME") }, or { clientCertificate: "sender.example.com" }',
});
/** How a sender proves itself that signs nothing. */
export type Sender = z.output<typeof BearerSource>;

/** An alert in nightshift's own words, as the mapping of an own source makes it. */
export interface AlertInput {
  readonly name: string;
  /** `firing` when left out. */
  readonly status?: 'firing' | 'resolved' | undefined;
  readonly severity?: string | undefined;
  /** The source's own identity of the alert; name and labels together when left out. */
  readonly fingerprint?: string | undefined;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>> | undefined;
  /**
   * ISO 8601 with an offset. The same moment for every delivery of the same alert; where a resolution does not know it,
   * its own moment: it ends all that began before.
   */
  readonly startedAt: string;
  /** Of one that is resolved; when it was received when left out. */
  readonly endedAt?: string | undefined;
  readonly link?: string | undefined;
}

/** Makes the alerts of one delivery's body, parsed from JSON; none or nothing when it means none. Pure. */
export type MakeAlerts = (body: unknown) => AlertInput | readonly AlertInput[] | undefined;

const Mapping = z.custom<MakeAlerts>((value) => typeof value === 'function', {
  error:
    'write a function that makes alerts of a body, like (body) => ({ name: "…", labels: {}, startedAt: "…" })',
});

const OwnSource = z.union(
  [
    z.strictObject({ bearerToken: SecretField, alerts: Mapping }),
    z.strictObject({ ...ByCertificate, alerts: Mapping }),
    z.strictObject({
      /** HMAC-SHA256 of the very bytes, in hexadecimal digits, after the prefix. */
      signature: z.strictObject({ header: Header, secrets: SigningSecrets, prefix: z.string().default('') }),
      alerts: Mapping,
    }),
  ],
  {
    error:
      'write { bearerToken: secret.env("NAME"), alerts: (body) => … }, or { signature: { header: "X-Hub-Signature-256", prefix: "sha256=", secrets: [secret.env("NAME")] }, alerts: (body) => … }',
  },
);

const BUILT_IN = ['alertmanager', 'grafana', 'pagerduty', 'datadog', 'cloudevents'];

const SourceName = z
  .string()
  .regex(NAME, {
    error: 'name it with 1 to 40 lower-case letters, digits and dashes, like "opsgenie"',
  })
  .refine((name) => !BUILT_IN.includes(name), { error: 'is the name of a source that nightshift knows' });

export const AlertSources = z.strictObject({
  alertmanager: AlertmanagerSource.optional(),
  grafana: GrafanaSource.optional(),
  pagerduty: z.strictObject({ signingSecrets: SigningSecrets }).optional(),
  datadog: BearerSource.optional(),
  cloudevents: BearerSource.optional(),
  /** Anything else that posts JSON, by the name in its address. */
  own: z
    .record(SourceName, OwnSource, { error: 'write { opsgenie: { bearerToken: …, alerts: (body) => … } }' })
    .default({}),
});
export type AlertSources = z.output<typeof AlertSources>;
