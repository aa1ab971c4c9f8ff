/** Where the time of slow requests goes, from their log lines and traces. */
/** How logs name a request: as JSON, logfmt or plain text write it. */
const REQUEST_ID =
  /\b(?:x[-_])?(?:request|req|correlation)[-_]?id"?\s*[:=]\s*"?([A-Za-z0-9][A-Za-z0-9._:/+=-]{5,199})/i;

/** The ids of requests that lines name, each once, in the lines' order. */
export const requestIdsIn = (lines: readonly { readonly text: string }[]): readonly string[] => [
  ...new Set(lines.flatMap(({ text }) => REQUEST_ID.exec(text)?.[1] ?? [])),
];

interface Slow {
  readonly traceId: string;
  readonly durationMs: number;
  readonly slowest: {
    readonly service: string;
    readonly operation: string;
    readonly selfMs: number;
    readonly share: number;
  };
}

export interface Culprit {
  /** As its spans name it. */
  readonly service: string;
  readonly operation: string;
  /** In how many of the requests most of the time went there. */
  readonly requests: number;
  /** The typical one of them, milliseconds. */
  readonly selfMs: number;
  /** One sentence for people. */
  readonly words: string;
}

/** A part that takes less of a request than this is not what makes it slow. */
const MOST = 0.5;

/** The operation that most of the time of most of the requests goes to; undefined where there is no such one. */
export function culpritOf(traces: readonly Slow[]): Culprit | undefined {
  const clear = traces.filter((t) => t.slowest.share >= MOST);
  const by = Map.groupBy(clear, ({ slowest }) => `${slowest.operation} of ${slowest.service}`);
  const [most] = [...by].sort(([, a], [, b]) => b.length - a.length);
  if (!most || most[1].length * 2 <= traces.length) return undefined;
  const [where, own] = most;
  const typical = [...own].sort((a, b) => a.slowest.selfMs - b.slowest.selfMs)[Math.floor(own.length / 2)]!;
  const { service, operation, selfMs } = typical.slowest;
  return {
    service,
    operation,
    requests: own.length,
    selfMs,
    words: `${own.length} of ${traces.length} slow requests spend most of their time in ${where}: ${Math.round(selfMs)} of ${Math.round(typical.durationMs)} ms, ${Math.round(typical.slowest.share * 100)} %`,
  };
}
