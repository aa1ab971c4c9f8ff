/**
 * Prometheus' HTTP API (https://prometheus.io/docs/prometheus/latest/querying/api/), as far as the steps need it.
 */
import { z } from 'zod';
import { getText, type Connection, type TextAnswer } from '../http/get-text.ts';
import { jsonOf } from '../http/json-of.ts';
import { isMoment, plainLine, StepFailure } from '../kit/index.ts';

/** Its address is without `/api/v1`. */
export type PrometheusConnection = Connection;

const Time = z.number().refine((seconds) => isMoment(seconds * 1000));
const Point = z.tuple([Time, z.string()]);
const Vector = z.array(z.object({ metric: z.record(z.string(), z.string()), value: Point }));
const Matrix = z.array(z.object({ metric: z.record(z.string(), z.string()), values: z.array(Point) }));
const Instant = z.discriminatedUnion('resultType', [
  z.object({ resultType: z.literal('vector'), result: Vector }),
  z.object({ resultType: z.literal('scalar'), result: Point }),
  z.object({ resultType: z.literal('matrix'), result: Matrix }),
  z.object({ resultType: z.literal('string'), result: Point }),
]);
const Range = z.object({ resultType: z.literal('matrix'), result: Matrix });
const Series = z.array(z.record(z.string(), z.string()));
const Exemplars = z.array(
  z.object({
    seriesLabels: z.record(z.string(), z.string()),
    exemplars: z.array(
      z.object({ labels: z.record(z.string(), z.string()), value: z.string(), timestamp: Time }),
    ),
  }),
);
const Alerts = z.object({
  alerts: z.array(
    z.object({
      labels: z.record(z.string(), z.string()),
      state: z.string(),
      activeAt: z.iso.datetime({ offset: true }).optional(),
    }),
  ),
});
/** A reason or a warning, as long as anybody reads. */
const Said = z.string().transform((text) => plainLine(text, 300));
const MOST_WARNINGS = 5;
const Failed = z.object({ status: z.literal('error'), errorType: Said, error: Said });

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

  series(q: {
    match: string;
    from: Date;
    to: Date;
    signal: AbortSignal;
  }): Promise<Answer<z.output<typeof Series>>> {
    const params = { 'match[]': q.match, start: seconds(q.from), end: seconds(q.to) };
    return this.#get({ path: 'series', params, schema: Series, signal: q.signal });
  }

  exemplars(q: {
    query: string;
    from: Date;
    to: Date;
    signal: AbortSignal;
  }): Promise<Answer<z.output<typeof Exemplars>>> {
    const params = { query: q.query, start: seconds(q.from), end: seconds(q.to) };
    return this.#get({ path: 'query_exemplars', params, schema: Exemplars, signal: q.signal });
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
    const answer = await getText(
      {
        system: 'Prometheus',
        connection: this.#connection,
        path: `/api/v1/${call.path}`,
        params: call.params,
        signal: call.signal,
      },
      (body) => errorOf(jsonOf(body))?.error,
    );
    return parsed({ ...answer, schema: call.schema, url: this.#connection.url });
  }
}

function errorOf(json: unknown): z.output<typeof Failed> | undefined {
  return Failed.safeParse(json).data;
}

function parsed<S extends z.ZodType>({
  status,
  body,
  schema,
  url,
}: TextAnswer & { schema: S; url: string }): Answer<z.output<S>> {
  const json = jsonOf(body);
  const facts = { url, status };
  const failed = errorOf(json);
  if (failed) {
    throw new StepFailure('invalid', `Prometheus refused the query (${failed.errorType}): ${failed.error}`, {
      facts,
    });
  }
  const answer = z
    .object({ status: z.literal('success'), data: schema, warnings: z.array(Said).default([]) })
    .safeParse(json);
  if (!answer.success) {
    throw new StepFailure('invalid', `What answers at ${url} (status ${status}) is not Prometheus' API`, {
      next: 'Look at the address in the configuration: it is the server itself, without /api/v1.',
      cause: answer.error,
      facts,
    });
  }
  const { data, warnings } = answer.data as Answer<z.output<S>>;
  return { data, warnings: warnings.slice(0, MOST_WARNINGS) };
}

const seconds = (at: Date): string => (at.getTime() / 1000).toFixed(3);
