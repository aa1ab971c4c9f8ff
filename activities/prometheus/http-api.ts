/**
 * Prometheus' HTTP API (https://prometheus.io/docs/prometheus/latest/querying/api/), as far as the steps need it. Every
 * call has a time limit and a limit on bytes; failures are sorted here and nowhere else.
 */
import { z } from 'zod';
import { jsonOf } from '../http/json-of.ts';
import { readBody } from '../http/read-body.ts';
import { StepFailure } from '../kit/index.ts';

export interface PrometheusConnection {
  /** Of the server, without `/api/v1`: `http://127.0.0.1:9090`. */
  readonly url: string;
  /** Sent as a bearer token. */
  readonly token?: string | undefined;
  /** Limit of one request; 4 seconds when absent. */
  readonly timeoutMs?: number | undefined;
}

const MAX_BYTES = 8 * 1024 * 1024;

const Point = z.tuple([z.number(), z.string()]);
const Vector = z.array(z.object({ metric: z.record(z.string(), z.string()), value: Point }));
const Matrix = z.array(z.object({ metric: z.record(z.string(), z.string()), values: z.array(Point) }));
const Instant = z.discriminatedUnion('resultType', [
  z.object({ resultType: z.literal('vector'), result: Vector }),
  z.object({ resultType: z.literal('scalar'), result: Point }),
  z.object({ resultType: z.literal('matrix'), result: Matrix }),
  z.object({ resultType: z.literal('string'), result: Point }),
]);
const Range = z.object({ resultType: z.literal('matrix'), result: Matrix });
const Alerts = z.object({
  alerts: z.array(
    z.object({
      labels: z.record(z.string(), z.string()),
      state: z.string(),
      activeAt: z.string().optional(),
    }),
  ),
});
const Failed = z.object({ status: z.literal('error'), errorType: z.string(), error: z.string() });

export interface Answer<T> {
  readonly data: T;
  readonly warnings: readonly string[];
}

/** Asks Prometheus. Throws StepFailure. */
export class PrometheusApi {
  readonly #connection: PrometheusConnection;

  constructor(connection: PrometheusConnection) {
    this.#connection = connection;
  }

  instant(q: { query: string; at: Date; signal: AbortSignal }): Promise<Answer<z.output<typeof Instant>>> {
    return this.#get({
      path: 'query',
      params: { query: q.query, time: seconds(q.at) },
      schema: Instant,
      signal: q.signal,
    });
  }

  range(q: {
    query: string;
    from: Date;
    to: Date;
    stepSeconds: number;
    signal: AbortSignal;
  }): Promise<Answer<z.output<typeof Range>>> {
    const params = {
      query: q.query,
      start: seconds(q.from),
      end: seconds(q.to),
      step: String(q.stepSeconds),
    };
    return this.#get({ path: 'query_range', params, schema: Range, signal: q.signal });
  }

  alerts(signal: AbortSignal): Promise<Answer<z.output<typeof Alerts>>> {
    return this.#get({ path: 'alerts', params: {}, schema: Alerts, signal });
  }

  async #get<S extends z.ZodType>(call: {
    path: string;
    params: Record<string, string>;
    schema: S;
    signal: AbortSignal;
  }): Promise<Answer<z.output<S>>> {
    const { url, token, timeoutMs = 4_000 } = this.#connection;
    const address = new URL(`${url.replace(/\/$/, '')}/api/v1/${call.path}`);
    address.search = new URLSearchParams(call.params).toString();
    const limit = AbortSignal.any([call.signal, AbortSignal.timeout(timeoutMs)]);
    let response: Response;
    let body: string;
    try {
      response = await fetch(address, {
        signal: limit,
        redirect: 'error',
        headers: { accept: 'application/json', ...(token ? { authorization: `Bearer ${token}` } : {}) },
      });
      body = await boundedText(response, url);
    } catch (cause) {
      if (cause instanceof StepFailure) throw cause;
      if (call.signal.aborted) throw cause;
      const why = limit.aborted
        ? `did not answer within ${timeoutMs} ms`
        : `cannot be reached: ${reasonOf(cause)}`;
      throw new StepFailure('retryable', `Prometheus at ${url} ${why}`, {
        next: 'Look whether it runs and whether the address in the configuration is right.',
        cause,
        facts: { url },
      });
    }
    return parsed({ status: response.status, body, schema: call.schema, url });
  }
}

function parsed<S extends z.ZodType>(r: {
  status: number;
  body: string;
  schema: S;
  url: string;
}): Answer<z.output<S>> {
  const { status, url } = r;
  const json = jsonOf(r.body);
  const failed = Failed.safeParse(json);
  const facts = { url, status };
  const says = failed.success ? `: ${failed.data.error}` : '';
  if (status === 401 || status === 403) {
    throw new StepFailure('refused', `Prometheus at ${url} refuses the credentials (${status})${says}`, {
      next: 'Look at the token in the configuration.',
      facts,
    });
  }
  if (status === 429 || status >= 500) {
    throw new StepFailure('retryable', `Prometheus at ${url} answered ${status}${says}`, { facts });
  }
  if (failed.success) {
    throw new StepFailure('invalid', `Prometheus refused the query (${failed.data.errorType})${says}`, {
      facts,
    });
  }
  const answer = z
    .object({ status: z.literal('success'), data: r.schema, warnings: z.array(z.string()).default([]) })
    .safeParse(json);
  if (!answer.success) {
    throw new StepFailure('invalid', `What answers at ${url} (status ${status}) is not Prometheus' API`, {
      next: 'Look at the address in the configuration: it is the server itself, without /api/v1.',
      cause: answer.error,
      facts,
    });
  }
  return answer.data as Answer<z.output<S>>;
}

/** Throws when there is more than a step may take. */
async function boundedText(response: Response, url: string): Promise<string> {
  const text = await readBody(response.body as AsyncIterable<Uint8Array> | null, MAX_BYTES);
  if (text !== undefined) return text;
  throw new StepFailure('invalid', `Prometheus at ${url} answered more than ${MAX_BYTES / 1024 / 1024} MiB`, {
    next: 'Ask for less: aggregate, or select fewer series.',
  });
}

/** fetch says "fetch failed" and hides why in the cause. */
function reasonOf(error: unknown): string {
  const { cause = error } = error as { cause?: unknown };
  const { message, code, name } = cause as { message?: string; code?: string; name?: string };
  return message || code || name || String(cause);
}

const seconds = (at: Date): string => (at.getTime() / 1000).toFixed(3);
