/** Loki's HTTP API (https://grafana.com/docs/loki/latest/reference/loki-http-api/), as far as the steps need it. */
import { z } from 'zod';
import { getText, type Connection } from '../http/get-text.ts';
import { jsonOf } from '../http/json-of.ts';
import { plainLine, StepFailure } from '../kit/index.ts';
import { countOf } from './logql.ts';
import { isoOf, nanoseconds, type Period } from './period.ts';

export interface LokiConnection extends Connection {
  /** Of a Loki with several: sent as `X-Scope-OrgID`. */
  readonly tenant?: string | undefined;
}

/** A line of another origin, made safe to show. */
export interface Line {
  readonly at: string;
  readonly nanoseconds: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly text: string;
}

const LINE = 1_500;
const MOST_WARNINGS = 5;
/** A warning, as long as anybody reads. */
const Said = z.string().transform((text) => plainLine(text, 300));

const Labels = z.record(z.string(), z.string());
/** Up to the year 2286, which has no more digits. */
const Nanoseconds = z.string().regex(/^\d{1,19}$/);
// A third element of an entry, where Loki gives one, is its structured metadata, which is in the labels already.
const Streams = z.object({
  resultType: z.literal('streams'),
  result: z.array(
    z.object({ stream: Labels, values: z.array(z.tuple([Nanoseconds, z.string()], z.unknown())) }),
  ),
});
/** Loki writes every number as a text. */
const Count = z
  .string()
  .regex(/^\d{1,15}$/)
  .transform(Number);
const Vector = z.object({
  resultType: z.literal('vector'),
  result: z.array(z.object({ metric: Labels, value: z.tuple([z.number(), Count]) })),
});

export interface Answer<T> {
  readonly data: T;
  readonly warnings: readonly string[];
}

interface Asked {
  readonly expr: string;
  readonly period: Period;
  readonly signal: AbortSignal;
}

/** Asks Loki. Throws StepFailure. */
export class LokiApi {
  readonly #connection: LokiConnection;

  constructor({ tenant, headers, ...connection }: LokiConnection) {
    this.#connection = {
      ...connection,
      headers: { ...headers, ...(tenant === undefined ? {} : { 'x-scope-orgid': tenant }) },
    };
  }

  /** Lines of a log query, those of all streams in one order. */
  async lines(
    asked: Asked & { readonly limit: number; readonly direction: 'backward' | 'forward' },
  ): Promise<Answer<readonly Line[]>> {
    const { expr, period, limit, direction, signal } = asked;
    const params = {
      query: expr,
      start: nanoseconds(period.from),
      end: nanoseconds(period.to),
      limit: String(limit),
      direction,
    };
    const { data, warnings } = await this.#get({ path: 'query_range', params, schema: Streams, signal });
    const lines = data.result.flatMap(({ stream, values }) =>
      values.map(([ns, text]) => ({
        at: isoOf(ns),
        nanoseconds: ns,
        labels: stream,
        text: plainLine(text, LINE),
      })),
    );
    const order = direction === 'forward' ? 1 : -1;
    return { data: lines.sort((a, b) => order * compare(a.nanoseconds, b.nanoseconds)), warnings };
  }

  /** How many lines match. */
  async count({ expr, period, signal }: Asked): Promise<Answer<number>> {
    const { from, to } = period;
    const params = {
      query: countOf(expr, (to.getTime() - from.getTime()) / 1000),
      // A count looks back from a moment and includes it; the period does not include its end.
      time: String(BigInt(nanoseconds(to)) - 1n),
    };
    const { data, warnings } = await this.#get({ path: 'query', params, schema: Vector, signal });
    return { data: data.result[0]?.value[1] ?? 0, warnings };
  }

  async #get<S extends z.ZodType>(call: {
    path: string;
    params: Record<string, string>;
    schema: S;
    signal: AbortSignal;
  }): Promise<Answer<z.output<S>>> {
    const { url } = this.#connection;
    const { status, body } = await getText(
      {
        system: 'Loki',
        connection: this.#connection,
        path: `/loki/api/v1/${call.path}`,
        params: call.params,
        signal: call.signal,
      },
      said,
    );
    // Loki says what is wrong with a query in plain text.
    if (status === 400) {
      throw new StepFailure('invalid', `Loki refused the query: ${said(body) ?? 'it does not say why'}`, {
        facts: { url, status },
      });
    }
    const answer = z
      .object({ status: z.literal('success'), data: call.schema, warnings: z.array(Said).nullish() })
      .safeParse(jsonOf(body));
    if (answer.success) {
      const { data, warnings } = answer.data as { data: z.output<S>; warnings?: string[] | null };
      return { data, warnings: (warnings ?? []).slice(0, MOST_WARNINGS) };
    }
    throw new StepFailure('invalid', `What answers at ${url} (status ${status}) is not Loki's API`, {
      next: 'Look at the address in the configuration: it is the server itself, without /loki/api/v1; and ask for lines, not for numbers.',
      cause: answer.error,
      facts: { url, status },
    });
  }
}

const said = (body: string): string | undefined => plainLine(body.trim(), 300) || undefined;

/** Of numbers too large for one, as texts. */
const compare = (a: string, b: string): number =>
  a.length === b.length ? (a < b ? -1 : a > b ? 1 : 0) : a.length - b.length;
