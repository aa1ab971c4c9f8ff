import type { Span, Trace } from './span.ts';

interface When {
  readonly from: Date;
  readonly to: Date;
  readonly signal: AbortSignal;
}

export interface AskedOf extends When {
  readonly service: string;
}

export interface Tagged extends AskedOf {
  readonly tags: Readonly<Record<string, string>>;
  /** The newest so many. */
  readonly limit: number;
}

/** What others asked of a service, in the traces that were kept. */
export interface Entries {
  /** Traces that were looked at. */
  readonly traces: number;
  /** True where there are more. */
  readonly truncated: boolean;
  readonly spans: readonly Span[];
}

/** Where traces are kept. All of it throws StepFailure. */
export interface TraceStore {
  /** For messages. */
  readonly system: string;
  /** Undefined where none has this id. */
  trace(traceId: string, signal: AbortSignal): Promise<Trace | undefined>;
  /** Traces in which a span of the service is so tagged. */
  tagged(of: Tagged): Promise<readonly Trace[]>;
  asked(of: AskedOf): Promise<Entries>;
}
