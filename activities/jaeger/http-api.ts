/**
 * Jaeger's HTTP API, as far as the steps need it: `/api/traces`, which its own pages and Grafana use, because it alone
 * finds traces by their tags (https://www.jaegertracing.io/docs/1.62/apis/#http-json).
 */
import { z } from 'zod';
import { getText, type Connection } from '../http/get-text.ts';
import { jsonOf } from '../http/json-of.ts';
import { plainLine, StepFailure } from '../kit/index.ts';
import { entriesOf } from './entries.ts';
import { JaegerTrace, traceOf, type Trace } from './span.ts';
import type { AskedOf, Entries, Tagged, TraceStore } from './trace-store.ts';

const Answer = z.object({ data: z.array(JaegerTrace).nullable() });
const Failed = z.object({ errors: z.array(z.object({ msg: z.string() })).min(1) });

/** A trace of twenty spans takes about 20 kB; an answer may take 8 MiB. */
const MOST_TRACES = 200;

/** Asks Jaeger. Throws StepFailure. */
export class JaegerApi implements TraceStore {
  readonly system = 'Jaeger';
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  async trace(traceId: string, signal: AbortSignal): Promise<Trace | undefined> {
    const [trace] = await this.#get(`/api/traces/${traceId}`, {}, signal);
    return trace;
  }

  tagged({ tags, limit, ...of }: Tagged): Promise<readonly Trace[]> {
    return this.#search(of, { limit: String(limit), tags: JSON.stringify(tags) });
  }

  async asked(of: AskedOf): Promise<Entries> {
    const traces = await this.#search(of, { limit: String(MOST_TRACES) });
    return {
      traces: traces.length,
      truncated: traces.length >= MOST_TRACES,
      spans: entriesOf(traces, of.service),
    };
  }

  #search({ service, from, to, signal }: AskedOf, more: Record<string, string>): Promise<readonly Trace[]> {
    const params = { service, start: microseconds(from), end: microseconds(to), ...more };
    return this.#get('/api/traces', params, signal);
  }

  async #get(path: string, params: Record<string, string>, signal: AbortSignal): Promise<readonly Trace[]> {
    const { url } = this.#connection;
    const { status, body } = await getText(
      { system: 'Jaeger', connection: this.#connection, path, params, signal },
      said,
    );
    const facts = { url, status };
    if (status === 404 && said(body)) return [];
    if (status === 400)
      throw new StepFailure(
        'invalid',
        `Jaeger refused the question: ${said(body) ?? 'it does not say why'}`,
        {
          facts,
        },
      );
    const answer = Answer.safeParse(jsonOf(body));
    if (answer.success && status === 200) return (answer.data.data ?? []).map(traceOf);
    throw new StepFailure('invalid', `What answers at ${url} (status ${status}) is not Jaeger's API`, {
      next: "Look at the address in the configuration: it is that of Jaeger's pages, without /api.",
      cause: answer.error,
      facts,
    });
  }
}

function said(body: string): string | undefined {
  const message = Failed.safeParse(jsonOf(body)).data?.errors[0]?.msg;
  return message === undefined ? undefined : plainLine(message, 300);
}

const microseconds = (at: Date): string => String(at.getTime() * 1000);
