/** Traces as the steps see them, made of Jaeger's JSON. */
import { z } from 'zod';
import { isMoment, plainLine } from '../kit/index.ts';

export interface Span {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentId: string | undefined;
  /** It did not wait for this one: FOLLOWS_FROM. */
  readonly detached: boolean;
  readonly service: string;
  readonly operation: string;
  /** Microseconds since 1970. */
  readonly start: number;
  readonly end: number;
  readonly failed: boolean;
  readonly message: string | undefined;
}

export interface Trace {
  readonly traceId: string;
  readonly spans: readonly Span[];
}

const Tag = z.object({ key: z.string(), value: z.unknown() });
type Tag = z.output<typeof Tag>;

const Microseconds = z.number().refine((micros) => isMoment(micros / 1000));

export const JaegerTrace = z.object({
  traceID: z.string(),
  spans: z.array(
    z.object({
      spanID: z.string(),
      operationName: z.string(),
      references: z
        .array(z.object({ refType: z.string(), traceID: z.string(), spanID: z.string() }))
        .nullish(),
      startTime: Microseconds,
      duration: Microseconds,
      tags: z.array(Tag).nullish(),
      logs: z.array(z.object({ fields: z.array(Tag).nullish() })).nullish(),
      processID: z.string(),
    }),
  ),
  processes: z.record(z.string(), z.object({ serviceName: z.string() })),
});

const NAME = 200;
const MESSAGE = 300;

export function traceOf({ traceID, spans, processes }: z.output<typeof JaegerTrace>): Trace {
  return {
    traceId: traceID,
    spans: spans.map((s) => {
      const parent = s.references?.find((r) => r.traceID === traceID);
      const tags = s.tags ?? [];
      const events = (s.logs ?? []).flatMap(({ fields }) => fields ?? []);
      const failed = hasFailed(tags);
      return {
        traceId: traceID,
        spanId: s.spanID,
        parentId: parent?.spanID,
        detached: parent?.refType === 'FOLLOWS_FROM',
        service: plainLine(processes[s.processID]?.serviceName ?? 'unknown', NAME),
        operation: plainLine(s.operationName, NAME),
        start: s.startTime,
        end: s.startTime + s.duration,
        failed,
        message: failed ? messageOf(tags, events) : undefined,
      };
    }),
  };
}

/** OpenTelemetry's status, as Jaeger keeps it, and OpenTracing's tag. */
const hasFailed = (tags: readonly Tag[]): boolean =>
  tags.some(
    ({ key, value }) =>
      (key === 'error' && String(value) === 'true') || (key === 'otel.status_code' && value === 'ERROR'),
  );

function messageOf(tags: readonly Tag[], events: readonly Tag[]): string | undefined {
  const text =
    tags.find(({ key }) => key === 'otel.status_description') ??
    events.find(({ key }) => key === 'exception.message' || key === 'message');
  return typeof text?.value === 'string' && text.value !== '' ? plainLine(text.value, MESSAGE) : undefined;
}
