/**
 * What runbooks ask of traces, in Jaeger or Tempo. They are sampled and arrive late: one that is not there is `unknown`, never "nothing
 * happened", and counts are of the traces that were kept, not of all requests.
 */
import { z } from 'zod';
import { defineSteps, read, Window } from '../kit/index.ts';

/** Some leave leading zeros away. */
const TraceId = z
  .string()
  .regex(/^(?!0+$)[0-9a-f]{1,32}$/, 'write up to 32 hexadecimal digits, in lower case');
/** https://www.w3.org/TR/trace-context/#traceparent-header */
const Traceparent = z
  .string()
  .regex(
    /^(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/,
    'write it as the header has it: 00-TRACE-SPAN-FLAGS',
  );
const Service = z.string().min(1).max(200);
const Where = z.object({ service: z.string(), operation: z.string() });

/** Why nothing can be said: no such trace, or no trace of the service in that time. */
const unknown = z.object({
  state: z.literal('unknown'),
  why: z.enum(['not-found', 'empty']),
  reason: z.string(),
});

const Trace = z.discriminatedUnion('state', [
  z.object({
    state: z.literal('known'),
    traceId: z.string(),
    startedAt: z.iso.datetime(),
    durationMs: z.number(),
    root: Where,
    spans: z.number().int(),
    services: z.array(z.string()),
    /** False when a span's parent is missing: a service lost the context, or its spans have not arrived. */
    complete: z.boolean(),
    /** Services whose spans name a parent that is not there. */
    orphans: z.array(z.string()),
    /** The spans that the whole time went to, in time order: each with its own part, the parts add up to the whole. */
    criticalPath: z.array(Where.extend({ spanId: z.string(), selfMs: z.number(), share: z.number() })),
    /** The largest part of it. */
    slowest: Where.extend({ selfMs: z.number(), share: z.number() }),
    errors: z.array(Where.extend({ message: z.string().optional() })),
    /** The first 60 spans in time order; `fromMs` is from the start of the trace. */
    timeline: z.array(
      Where.extend({
        fromMs: z.number(),
        durationMs: z.number(),
        failed: z.boolean(),
        /** The other service whose span is its parent: it came from there. */
        caller: z.string().optional(),
      }),
    ),
    /** Other traces of the same request, when it was looked for by its id. */
    others: z.array(z.string()),
  }),
  unknown,
]);

const inspected = {
  service: Service,
  since: Window.default('15m'),
  /** How long before the time that is looked at the time that it is compared with lies. */
  before: Window.default('1h'),
  limit: z.number().int().min(1).max(20).default(5),
};
const compared = {
  state: z.literal('known'),
  /** Traces that were looked at, and how many of the time before. */
  traces: z.number().int(),
  tracesBefore: z.number().int(),
  /** True when there are more traces of that time than are looked at. */
  truncated: z.boolean(),
};
const times = { count: z.number().int(), p50Ms: z.number(), p95Ms: z.number(), maxMs: z.number() };
const failures = { count: z.number().int(), errors: z.number().int(), ratio: z.number() };

export const jaeger = defineSteps('jaeger', {
  trace: read({
    description:
      'One trace, by traceparent, by its id, or by the id of a request that a service was tagged with: which spans the time went to, and what failed.',
    as: 'curl JAEGER/api/traces/TRACE-ID',
    input: z.union([
      z.strictObject({ traceparent: Traceparent }),
      z.strictObject({ traceId: TraceId }),
      z.strictObject({
        requestId: z.string().min(1).max(200),
        service: Service,
        since: Window.default('1h'),
      }),
    ]),
    output: Trace,
    summary: (i) =>
      'requestId' in i
        ? `trace of the request ${i.requestId}`
        : `trace ${'traceId' in i ? i.traceId : i.traceparent}`,
  }),
  slowest: read({
    description:
      "A service's slowest operations by their 95th percentile in the traces that were kept, beside the same time before.",
    as: 'curl JAEGER/api/traces?service=SERVICE&start=...&end=...',
    input: z.object(inspected),
    output: z.discriminatedUnion('state', [
      z.object({
        ...compared,
        /** Slowest first. */
        operations: z.array(
          z.object({
            operation: z.string(),
            ...times,
            /** The trace of the slowest one. */
            traceId: z.string(),
            /** Absent where there was none. */
            before: z.object(times).optional(),
          }),
        ),
      }),
      unknown,
    ]),
    summary: (i) => `slowest operations of ${i.service}, ${i.since}`,
  }),
  errorsBy: read({
    description:
      "A service's operations by how many of them failed in the traces that were kept, beside the same time before.",
    as: 'curl JAEGER/api/traces?service=SERVICE&tags={"error":"true"}',
    input: z.object(inspected),
    output: z.discriminatedUnion('state', [
      z.object({
        ...compared,
        /** Only those with errors now, most errors first; empty where none failed. */
        operations: z.array(
          z.object({
            operation: z.string(),
            ...failures,
            message: z.string().optional(),
            /** A trace with such an error. */
            traceId: z.string(),
            before: z.object(failures).optional(),
          }),
        ),
      }),
      unknown,
    ]),
    summary: (i) => `failing operations of ${i.service}, ${i.since}`,
  }),
});
