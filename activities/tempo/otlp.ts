/**
 * Traces as the steps see them, made of OTLP's JSON (https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding).
 * Tempo gives "mostly compatible" JSON: ids in base64 where OTLP has them in hexadecimal digits, and enumerations by name.
 */
import { z } from 'zod';
import { isMoment, plainLine } from '../kit/index.ts';
import type { Trace } from '../jaeger/span.ts';

const Text = z.object({ stringValue: z.string().optional() });
const Attribute = z.object({ key: z.string(), value: Text.nullish() });
/** Of the moments that a date can have; as text, or as a number where somebody has made one of it. */
export const Nanoseconds = z
  .union([z.string().regex(/^\d{1,19}$/), z.int().nonnegative()])
  .transform((nanos) => Number(BigInt(nanos) / 1_000n))
  .refine((micros) => isMoment(micros / 1_000));

const OtlpSpan = z.object({
  spanId: z.string(),
  parentSpanId: z.string().nullish(),
  name: z.string().default(''),
  startTimeUnixNano: Nanoseconds,
  endTimeUnixNano: Nanoseconds,
  status: z
    .object({ code: z.union([z.string(), z.int()]).nullish(), message: z.string().nullish() })
    .nullish(),
  events: z.array(z.object({ attributes: z.array(Attribute).nullish() })).nullish(),
});
const ResourceSpans = z.object({
  resource: z.object({ attributes: z.array(Attribute).nullish() }).nullish(),
  scopeSpans: z.array(z.object({ spans: z.array(OtlpSpan).nullish() })).nullish(),
});
/** `batches` is what Tempo calls `resourceSpans`. */
export const OtlpTrace = z.union([
  z.object({ batches: z.array(ResourceSpans) }).transform(({ batches }) => batches),
  z.object({ resourceSpans: z.array(ResourceSpans) }).transform(({ resourceSpans }) => resourceSpans),
]);

const NAME = 200;
const MESSAGE = 300;

export const traceOf = (traceId: string, batches: z.output<typeof OtlpTrace>): Trace => ({
  traceId,
  spans: batches.flatMap(({ resource, scopeSpans }) => {
    const service = plainLine(textOf(resource?.attributes, 'service.name') ?? 'unknown', NAME);
    return (scopeSpans ?? []).flatMap(({ spans }) =>
      (spans ?? []).map((s) => {
        const failed = s.status?.code === 2 || s.status?.code === 'STATUS_CODE_ERROR';
        const message = failed ? messageOf(s) : undefined;
        return {
          traceId,
          spanId: hexOf(s.spanId),
          parentId: s.parentSpanId ? hexOf(s.parentSpanId) : undefined,
          // A parent in OTLP is waited for; what only follows is a link.
          detached: false,
          service,
          operation: plainLine(s.name, NAME),
          start: s.startTimeUnixNano,
          end: Math.max(s.startTimeUnixNano, s.endTimeUnixNano),
          failed,
          message,
        };
      }),
    );
  }),
});

function messageOf({ status, events }: z.output<typeof OtlpSpan>): string | undefined {
  const said =
    status?.message || (events ?? []).map((e) => textOf(e.attributes, 'exception.message')).find(Boolean);
  return said ? plainLine(said, MESSAGE) : undefined;
}

function textOf(
  attributes: readonly z.output<typeof Attribute>[] | null | undefined,
  wanted: string,
): string | undefined {
  return attributes?.find(({ key }) => key === wanted)?.value?.stringValue;
}

/** A span's id is 8 bytes: 16 hexadecimal digits, or base64. */
const hexOf = (id: string): string =>
  /^[0-9a-f]{1,16}$/i.test(id) ? id.toLowerCase() : Buffer.from(id, 'base64').toString('hex');
