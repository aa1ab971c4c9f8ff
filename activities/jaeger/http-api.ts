/**
 * Jaeger's HTTP API, as far as the steps need it: `/api/traces`, which its own pages and Grafana use, because it alone
 * finds traces by their tags (https://www.jaegertracing.io/docs/1.62/apis/#http-json).
 */
import { z } from 'zod';
import { getText, type Connection } from '../http/get-text.ts';
import { jsonOf } from '../http/json-of.ts';
import { plainLine, StepFailure } from '../kit/index.ts';
import { JaegerTrace, traceOf, type Trace } from './span.ts';

const Answer = z.object({ data: z.array(JaegerTrace).nullable() });
const Failed = z.object({ errors: z.array(z.object({ msg: z.string() })).min(1) });

export interface Search {
  readonly service: string;
  readonly from: Date;
  readonly to: Date;
  /** The newest so many. */
  readonly limit: number;
  readonly tags?: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

/** Asks Jaeger. Throws StepFailure. */
export class JaegerApi {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** The trace, or undefined where Jaeger has none of this id. */
  async trace(traceId: string, signal: AbortSignal): Promise<Trace | undefined> {
    const [trace] = await this.#get(`/api/traces/${traceId}`, {}, signal);
    return trace;
  }

  search({ service, from, to, limit, tags, signal }: Search): Promise<readonly Trace[]> {
    const params = {
      service,
      start: microseconds(from),
      end: microseconds(to),
      limit: String(limit),
      ...(tags && { tags: JSON.stringify(tags) }),
    };
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
