/** Tempo's HTTP API (https://grafana.com/docs/tempo/latest/api_docs/), as far as the steps need it. */
import { z } from 'zod';
import { getText, type Connection } from '../http/get-text.ts';
import { jsonOf } from '../http/json-of.ts';
import type { Span, Trace } from '../jaeger/span.ts';
import type { AskedOf, Entries, Tagged, TraceStore } from '../jaeger/trace-store.ts';
import { plainLine, StepFailure } from '../kit/index.ts';
import { Nanoseconds, OtlpTrace, traceOf } from './otlp.ts';
import { asked, tagged } from './traceql.ts';

export interface TempoConnection extends Connection {
  /** Of a Tempo with several: sent as `X-Scope-OrgID`. */
  readonly tenant?: string | undefined;
}

const Value = z.object({ stringValue: z.string().optional() });
const Found = z.object({
  traceID: z.string().regex(/^[0-9a-f]{1,32}$/i),
  spanSets: z
    .array(
      z.object({
        matched: z.int().optional(),
        spans: z.array(
          z.object({
            spanID: z.string(),
            name: z.string().optional(),
            startTimeUnixNano: Nanoseconds,
            durationNanos: Nanoseconds,
            attributes: z.array(z.object({ key: z.string(), value: Value.nullish() })).nullish(),
          }),
        ),
      }),
    )
    .nullish(),
});
const Answer = z.object({ traces: z.array(Found).nullish() });

const MOST_TRACES = 200;
/** A service is asked more often than that within one trace by a loop. */
const SPANS_OF_A_TRACE = 20;
const MESSAGE = 300;

/** Asks Tempo. Throws StepFailure. */
export class TempoApi implements TraceStore {
  readonly system = 'Tempo';
  readonly #connection: Connection;

  constructor({ tenant, ...connection }: TempoConnection) {
    this.#connection = {
      ...connection,
      ...(tenant !== undefined && { headers: { 'x-scope-orgid': tenant } }),
    };
  }

  async trace(traceId: string, signal: AbortSignal): Promise<Trace | undefined> {
    const path = `/api/traces/${traceId.padStart(32, '0')}`;
    const { status, body } = await this.#get(path, {}, signal);
    if (status === 404) return this.#isTempo(signal);
    const parsed = OtlpTrace.safeParse(jsonOf(body));
    if (status !== 200 || !parsed.success) throw this.#notTempo(status, parsed.error);
    return traceOf(traceId, parsed.data);
  }

  async tagged({ service, tags, limit, ...when }: Tagged): Promise<readonly Trace[]> {
    const found = await this.#search(tagged(service, tags), { ...when, limit, spans: 1 });
    const traces = await Promise.all(
      found.map(({ traceID }) => this.trace(traceID.toLowerCase(), when.signal)),
    );
    return traces.flatMap((trace) => trace ?? []);
  }

  async asked({ service, ...when }: AskedOf): Promise<Entries> {
    const found = await this.#search(asked(service), {
      ...when,
      limit: MOST_TRACES,
      spans: SPANS_OF_A_TRACE,
    });
    const sets = found.flatMap(({ traceID, spanSets }) =>
      (spanSets ?? []).map((set) => ({ traceID, ...set })),
    );
    return {
      traces: found.length,
      truncated: found.length >= MOST_TRACES || sets.some(({ matched = 0, spans }) => matched > spans.length),
      spans: sets.flatMap(({ traceID, spans }) =>
        spans.map(({ spanID, name = '', startTimeUnixNano: start, durationNanos, attributes }): Span => {
          const text = (wanted: string) => attributes?.find(({ key }) => key === wanted)?.value?.stringValue;
          const failed = text('status') === 'error';
          const message = failed ? text('statusMessage') : undefined;
          return {
            ...{ traceId: traceID.toLowerCase(), spanId: spanID, parentId: undefined, detached: false },
            ...{ service, operation: plainLine(name || (text('name') ?? 'unknown'), 200) },
            ...{ start, end: start + durationNanos, failed },
            message: message ? plainLine(message, MESSAGE) : undefined,
          };
        }),
      ),
    };
  }

  async #search(
    q: string,
    o: {
      readonly from: Date;
      readonly to: Date;
      readonly limit: number;
      readonly spans: number;
      readonly signal: AbortSignal;
    },
  ) {
    const params = {
      ...{ q, limit: String(o.limit), spss: String(o.spans) },
      start: String(Math.floor(o.from.getTime() / 1000)),
      end: String(Math.ceil(o.to.getTime() / 1000)),
    };
    const { status, body } = await this.#get('/api/search', params, o.signal);
    const answer = Answer.safeParse(jsonOf(body));
    if (status === 200 && answer.success) return answer.data.traces ?? [];
    throw this.#notTempo(status, answer.error);
  }

  async #get(path: string, params: Record<string, string>, signal: AbortSignal) {
    const answer = await getText(
      { system: this.system, connection: this.#connection, path, params, signal },
      this.#said,
    );
    if (answer.status !== 400) return answer;
    throw new StepFailure(
      'invalid',
      `Tempo refused the question: ${this.#said(answer.body) ?? 'it does not say why'}`,
      {
        facts: { url: this.#connection.url, status: 400 },
      },
    );
  }

  /** No trace is answered as no such address is. */
  async #isTempo(signal: AbortSignal): Promise<undefined> {
    const { status } = await this.#get('/api/echo', {}, signal);
    if (status !== 200) throw this.#notTempo(404);
  }

  #notTempo(status: number, cause?: unknown): StepFailure {
    const { url } = this.#connection;
    return new StepFailure('invalid', `What answers at ${url} (status ${status}) is not Tempo's API`, {
      next: 'Look at the address in the configuration: it is that of Tempo or its query-frontend, without /api.',
      cause,
      facts: { url, status },
    });
  }

  /** Tempo says why in plain text, which a proxy may have filled with what it was sent. */
  readonly #said = (body: string): string | undefined => {
    const text = body.trim();
    if (text === '' || /^[<{[]/.test(text)) return undefined;
    const token = this.#connection.token?.();
    return token !== undefined && text.includes(token) ? undefined : plainLine(text, MESSAGE);
  };
}
