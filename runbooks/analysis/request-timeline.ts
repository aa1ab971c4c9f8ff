/** One request on one time line: what services logged and counted of it, how its spans lie, and who loses its id on the way. */

/** A line of a log that names the request. */
export interface LoggedLine {
  readonly at: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly text: string;
}

/** A sample that was counted with its trace, as `prometheus.exemplars` has it. */
export interface CountedSample {
  readonly at: string;
  readonly series: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** Its trace, as `jaeger.trace` describes one. */
export interface RequestTrace {
  readonly startedAt: string;
  readonly services: readonly string[];
  readonly orphans: readonly string[];
  readonly timeline: readonly {
    readonly service: string;
    readonly operation: string;
    readonly fromMs: number;
    readonly durationMs: number;
    readonly failed: boolean;
    /** The other service that the span came from. */
    readonly caller?: string | undefined;
  }[];
}

export interface TimelineEntry {
  readonly at: string;
  readonly service: string;
  readonly kind: 'log' | 'span' | 'metric';
  readonly text: string;
}

export interface Hop {
  readonly service: string;
  readonly lines: number;
  readonly spans: number;
}

export interface RequestTimeline {
  /** Oldest first. */
  readonly entries: readonly TimelineEntry[];
  /** In the order in which the request came to them. */
  readonly hops: readonly Hop[];
  /** One sentence for each service that loses the request's id or its trace context. */
  readonly drops: readonly string[];
}

/** Labels that name a service in logs, the more particular first. */
export const SERVICE_LABELS = [
  'service_name',
  'service',
  'app',
  'app_kubernetes_io_name',
  'job',
  'container',
];

/**
 * `lines` and `trace` are undefined where they could not be had: nobody is blamed for what was not looked at. `heard` are the
 * services whose lines do come, all of those that name the request being among `lines`: only they can be silent about it.
 */
export function requestTimeline({
  lines,
  heard = [],
  trace,
  samples = [],
}: {
  readonly lines: readonly LoggedLine[] | undefined;
  readonly heard?: readonly string[];
  readonly trace: RequestTrace | undefined;
  readonly samples?: readonly CountedSample[];
}): RequestTimeline {
  const began = trace ? Date.parse(trace.startedAt) : 0;
  const entries = [
    ...(lines ?? []).map((l): TimelineEntry => ({
      at: l.at,
      service: serviceOf(l, trace?.services),
      kind: 'log',
      text: l.text,
    })),
    ...(trace?.timeline ?? []).map((s): TimelineEntry => ({
      at: new Date(began + s.fromMs).toISOString(),
      service: s.service,
      kind: 'span',
      text: `${s.operation}, ${Number(s.durationMs.toPrecision(3))} ms${s.failed ? ', failed' : ''}`,
    })),
    ...samples.map((s): TimelineEntry => ({
      at: s.at,
      service: serviceOf(s, trace?.services),
      kind: 'metric',
      text: `${s.series} ${Number(s.value.toPrecision(3))}`,
    })),
    // Of one moment the span comes first: what is logged and counted in it was said after it began.
  ].sort(
    (a, b) => Date.parse(a.at) - Date.parse(b.at) || Number(a.kind !== 'span') - Number(b.kind !== 'span'),
  );
  // Who counts a request need not be who served it: a proxy or the one who asks counts for the service.
  const names = [
    ...new Set([
      ...entries.filter((e) => e.kind !== 'metric').map((e) => e.service),
      ...(trace?.services ?? []),
    ]),
  ];
  const count = (service: string, kind: TimelineEntry['kind']) =>
    entries.filter((e) => e.service === service && e.kind === kind).length;
  const hops = names.map((service) => ({
    service,
    lines: count(service, 'log'),
    spans: count(service, 'span'),
  }));
  return { entries, hops, drops: dropsOf({ hops, lines, heard, trace }) };
}

/** The trace id that the lines name, where they name exactly one; zeros are what is written outside of a span. */
export function traceIdIn(lines: readonly LoggedLine[]): string | undefined {
  const ids = new Set(
    lines.flatMap(({ text, labels }) => [
      ...[...text.matchAll(/\b(?:trace_?id|traceparent)\W{1,6}(?:[0-9a-f]{2}-)?([0-9a-f]{32})\b/gi)].map(
        (m) => m[1]!.toLowerCase(),
      ),
      ...(/^[0-9a-f]{32}$/.test(labels['trace_id'] ?? '') ? [labels['trace_id']!] : []),
    ]),
  );
  const [id, another] = [...ids].filter((found) => !/^0+$/.test(found));
  return another === undefined ? id : undefined;
}

/** The services of a trace that no line names the request of. */
export function withoutLine(o: {
  readonly lines: readonly LoggedLine[];
  readonly trace: Pick<RequestTrace, 'services'>;
}): string[] {
  const logged = new Set(o.lines.flatMap(({ labels }) => SERVICE_LABELS.map((label) => labels[label])));
  return o.trace.services.filter((service) => !logged.has(service));
}

function dropsOf({
  hops,
  lines,
  heard,
  trace,
}: {
  readonly hops: readonly Hop[];
  readonly lines: readonly LoggedLine[] | undefined;
  readonly heard: readonly string[];
  readonly trace: RequestTrace | undefined;
}): string[] {
  if (!trace) return [];
  const orphaned = trace.orphans.map(
    (service) =>
      `the trace context was lost on the way to ${service}: its spans name a parent that is not there`,
  );
  if (!lines || lines.length === 0) return orphaned;
  const without = withoutLine({ lines, trace });
  const silent = without
    .filter((service) => heard.includes(service))
    .map((service) => lostBefore(service, { without, trace }));
  const untraced = hops
    .filter((h) => h.spans === 0 && !trace.services.includes(h.service))
    .map(({ service }) => `${service} logs the request's id and has no span in its trace`);
  return [...orphaned, ...silent, ...untraced];
}

/** A service that logs no line can have got the id and not logged it, or not have got it from who called it. */
function lostBefore(
  service: string,
  { without, trace }: { readonly without: readonly string[]; readonly trace: RequestTrace },
): string {
  const silent = `${service} has spans of the request and logs no line with its id`;
  const callers = [
    ...new Set(
      trace.timeline.flatMap((s) => (s.service === service && s.caller !== undefined ? [s.caller] : [])),
    ),
  ];
  const logging = callers.filter((caller) => !without.includes(caller));
  if (logging.length > 0)
    return `${silent}: the id is lost between ${logging.join(' or ')}, which calls it and logs the id, and ${service}`;
  return callers.length > 0
    ? `${silent}; nor is there one of ${callers.join(' or ')}, which calls it`
    : silent;
}

/** By the name that the trace has for it, where one of its labels is that. */
function serviceOf({ labels }: Pick<LoggedLine, 'labels'>, traced: readonly string[] = []): string {
  const names = SERVICE_LABELS.map((label) => labels[label] ?? '').filter((name) => name !== '');
  return names.find((name) => traced.includes(name)) ?? names[0] ?? 'unknown';
}
