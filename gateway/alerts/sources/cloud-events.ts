/**
 * CloudEvents 1.0 over HTTP, structured, batched and binary
 * (https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/http-protocol-binding.md). The data is an alert
 * in nightshift's own words; what it leaves out comes from the event.
 */
import type { IncomingHttpHeaders } from 'node:http';
import { z } from 'zod';
import { hashOf } from '../../../activities/kit/index.ts';
import type { Sender } from '../../../config/index.ts';
import type { Alert } from '../../../ledger/api.ts';
import { storable } from '../../../ledger/storable.ts';
import { parseJson } from '../../json-body.ts';
import { ProblemError } from '../../problem-error.ts';
import { requireSender } from '../authenticate-sender.ts';
import { Instant } from '../instant.ts';
import { OwnAlert, ownAlert } from '../own-alert.ts';
import { parseDelivery, readEach } from '../parse-delivery.ts';
import type { AlertSource, Delivery } from '../source.ts';

export const STRUCTURED = 'application/cloudevents+json';
export const BATCHED = 'application/cloudevents-batch+json';

/** As many as any other source may send at once. */
const LONGEST_BATCH = 10_000;

const text = z.string().min(1);

const Event = z.looseObject({
  specversion: z.literal('1.0', { error: 'must be "1.0"' }),
  id: text,
  source: text,
  type: text,
  subject: text.optional(),
  time: Instant.optional(),
  data: z.record(z.string(), z.unknown(), { error: 'must be an object of JSON' }).default({}),
});
type Event = z.output<typeof Event>;

export const cloudEventsSource = (sender: Sender): AlertSource => ({
  summary: 'CloudEvents 1.0',
  read(delivery) {
    requireSender(delivery, 'cloudevents', sender);
    return readEach(eventsOf(delivery), alertOf);
  },
});

interface Written {
  readonly event: unknown;
  /** Where it stands in the body. */
  readonly prefix: string;
}

function eventsOf({ headers, body }: Delivery): Written[] {
  const type = (headers['content-type'] ?? '').split(';')[0]!.trim().toLowerCase();
  const json = body.length === 0 ? undefined : parseJson(body);
  if (type === STRUCTURED) return [{ event: json, prefix: '' }];
  if (type !== BATCHED) return [{ event: { ...attributesOf(headers), data: json }, prefix: '' }];
  if (!Array.isArray(json)) throw new ProblemError('bad-request', 'a batch of CloudEvents is a list');
  if (json.length > LONGEST_BATCH)
    throw new ProblemError('bad-request', `a batch has at most ${LONGEST_BATCH} events; send several`);
  return json.map((event: unknown, i) => ({ event, prefix: String(i) }));
}

/** The attributes of an event in binary mode: headers that begin with `ce-`, their values percent-encoded. */
const attributesOf = (headers: IncomingHttpHeaders): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers)
      .filter(([name]) => name.startsWith('ce-'))
      .map(([name, value]) => [name.slice(3), decoded(String(value))]),
  );

function decoded(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    // Some senders write a percent sign as it is.
    return value;
  }
}

/** The alert of an event. Throws a ProblemError (`bad-request`) that names the wrong fields. */
export const readCloudEvent = (event: unknown): Alert => alertOf({ event, prefix: '' });

function alertOf({ event: written, prefix }: Written): Alert {
  const what = 'a CloudEvent 1.0 with an alert';
  const event = parseDelivery(Event, written, { what, prefix });
  const { type, source, subject, time, data } = event;
  const given = parseDelivery(
    OwnAlert,
    {
      name: type,
      fingerprint: hashOf(storable({ source, type, subject: subject ?? null })),
      // An event is of the moment at which something happened: a resolution's is the end.
      ...(time !== undefined && { startedAt: time, endedAt: time }),
      ...data,
      labels: labelsOf(event),
    },
    { what, prefix: [prefix, 'data'].filter(Boolean).join('.') },
  );
  return ownAlert(given, { source: 'cloudevents', raw: written });
}

/** The labels of the data, if they are any, and where the event comes from. */
const labelsOf = ({ source, subject, data }: Event): unknown => {
  const { labels = {} } = data;
  if (typeof labels !== 'object' || labels === null) return labels;
  return { ce_source: source, ...(subject !== undefined && { ce_subject: subject }), ...labels };
};
