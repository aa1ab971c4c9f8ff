/**
 * One description of each endpoint, used three times: the gateway serves it, the OpenAPI document shows it, the client
 * calls it. Types on both sides are inferred from these schemas.
 */
import type { z } from 'zod';

/** What a token may be used for. */
export const SCOPES = ['read', 'run', 'decide', 'admin'] as const;
export type Scope = (typeof SCOPES)[number];

export interface Endpoint<
  P extends z.ZodType = z.ZodType,
  Q extends z.ZodType = z.ZodType,
  B extends z.ZodType = z.ZodType,
  R extends z.ZodType = z.ZodType,
> {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** With fastify's `:name` for parameters; the client encodes them. */
  readonly path: string;
  readonly scope: Scope;
  readonly summary: string;
  readonly params?: P;
  readonly query?: Q;
  readonly body?: B;
  readonly response: R;
  /** The status of success, 200 when absent. */
  readonly status?: 200 | 201 | 202;
}

type Part<K extends string, S> = S extends z.ZodType
  ? z.ZodType extends S
    ? unknown
    : Record<K, z.input<S>>
  : unknown;

/** What a caller hands over: only the parts that the endpoint has. */
export type CallOf<E> =
  E extends Endpoint<infer P, infer Q, infer B, z.ZodType>
    ? Part<'params', P> & Part<'query', Q> & Part<'body', B>
    : never;
export type AnswerOf<E> = E extends Endpoint<z.ZodType, z.ZodType, z.ZodType, infer R> ? z.output<R> : never;

export const endpoint = <
  R extends z.ZodType,
  P extends z.ZodType = z.ZodType,
  Q extends z.ZodType = z.ZodType,
  B extends z.ZodType = z.ZodType,
>(
  e: Endpoint<P, Q, B, R>,
): Endpoint<P, Q, B, R> => e;
