/** One HTTP request to the API server: authorised, bounded in time and size, its failure sorted. */
import { setTimeout as sleep } from 'node:timers/promises';
import { request as send, type Dispatcher } from 'undici';
import { readBody } from '../../http/read-body.ts';
import { parseJson, StepFailure, type CallContext } from '../../kit/index.ts';
import type { Authorised, Credentials } from './credentials.ts';
import {
  failureBeforeSending,
  failureOfAnswer,
  failureOfTransport,
  hasStatus,
  type Request,
} from './failure.ts';
import { pauseAfter } from './pause-after.ts';
import { placeOf, type Resource } from './raw.ts';

/** What bounds a call: the step's own signal and deadline. */
export type Limits = Pick<CallContext, 'signal' | 'deadline'>;

export interface Where {
  readonly namespace?: string | undefined;
  readonly name?: string | undefined;
  readonly subresource?: string;
}

export type Query = Readonly<Record<string, string | number | boolean | undefined>>;

export interface Call extends Where {
  /** RBAC's verb, for messages. */
  readonly verb: string;
  readonly resource: Resource;
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  readonly query?: Query;
  readonly accept?: string;
  readonly body?: { readonly type: string; readonly value: unknown };
  readonly dryRun?: boolean | undefined;
  /** A question that is asked by POST. */
  readonly changesNothing?: boolean;
  readonly maxBytes?: number;
}

const MAX_BODY = 64 * 1024 * 1024;

/** `requestTimeoutMs`: the limit of one request; a call's own deadline can only shorten it. */
export function createHttp(
  credentials: Credentials,
  { requestTimeoutMs }: { readonly requestTimeoutMs: number },
) {
  const server = new URL(credentials.server).host;

  const describe = (spec: Call): Request => ({
    server,
    verb: spec.verb,
    resource: [placeOf(spec.resource).plural, spec.subresource].filter(Boolean).join('/'),
    namespace: spec.namespace,
    name: spec.name,
    writes: spec.method !== 'GET' && !spec.dryRun && !spec.changesNothing,
  });

  async function text(spec: Call, limits: Limits): Promise<string> {
    for (let attempt = 1; ; attempt++) {
      const using: { authorised?: Authorised } = {};
      try {
        return await once(spec, limits, using);
      } catch (error) {
        const { authorised } = using;
        const renewed =
          attempt === 1 &&
          authorised !== undefined &&
          hasStatus(error, 401) &&
          credentials.refused(authorised);
        const pause = renewed ? 0 : pauseAfter(error, { attempt, writes: describe(spec).writes, ...limits });
        if (pause === undefined) throw error;
        await sleep(pause, undefined, { signal: limits.signal }).catch(() => {
          throw error;
        });
      }
    }
  }

  async function once(spec: Call, limits: Limits, using: { authorised?: Authorised }): Promise<string> {
    const request = describe(spec);
    let sent = false;
    let timeUp: AbortSignal | undefined;
    try {
      const { headers, dispatcher } = (using.authorised = await credentials.authorise());
      assertMaySend(request, limits);
      timeUp = AbortSignal.timeout(Math.min(limits.deadline.getTime() - Date.now(), requestTimeoutMs));
      const answer = await send(urlOf(credentials.server, spec), {
        method: spec.method,
        headers: {
          ...headers,
          accept: spec.accept ?? 'application/json',
          'user-agent': 'nightshift',
          ...(spec.body && { 'content-type': spec.body.type }),
        },
        ...(spec.body && { body: JSON.stringify(spec.body.value) }),
        ...(dispatcher && { dispatcher: noticing(dispatcher, () => (sent = true)) }),
        signal: AbortSignal.any([limits.signal, timeUp]),
      });
      const maxBytes = spec.maxBytes ?? MAX_BODY;
      const body = await readBody(answer.body, maxBytes);
      if (body === undefined) throw new Error(`the answer is longer than ${maxBytes} bytes`);
      if (answer.statusCode < 300) return body;
      const wait = Number(answer.headers['retry-after'] ?? NaN);
      throw failureOfAnswer(request, {
        status: answer.statusCode,
        body,
        ...(Number.isFinite(wait) && { retryAfterSeconds: wait }),
      });
    } catch (error) {
      if (error instanceof StepFailure) throw error;
      throw failureOfTransport(request, error, { sent, timedOut: timeUp?.aborted ?? false });
    }
  }

  return {
    server,
    text,

    /** An answer that goes on: its bytes as they come, until it ends, `silenceMs` pass without any, or the signal is aborted. */
    async stream(
      spec: Call,
      { signal, silenceMs }: { readonly signal: AbortSignal; readonly silenceMs: number },
    ): Promise<AsyncIterable<Uint8Array>> {
      const request = describe(spec);
      for (let attempt = 1; ; attempt++) {
        let authorised: Authorised | undefined;
        try {
          const { headers, dispatcher } = (authorised = await credentials.authorise());
          const answer = await send(urlOf(credentials.server, spec), {
            method: spec.method,
            headers: { ...headers, accept: spec.accept ?? 'application/json', 'user-agent': 'nightshift' },
            ...(dispatcher && { dispatcher }),
            headersTimeout: requestTimeoutMs,
            bodyTimeout: silenceMs,
            signal,
          });
          if (answer.statusCode < 300) return answer.body;
          const body = await readBody(answer.body, MAX_BODY);
          throw failureOfAnswer(request, { status: answer.statusCode, body: body ?? '' });
        } catch (error) {
          const isRefused = attempt === 1 && authorised !== undefined && hasStatus(error, 401);
          if (isRefused && credentials.refused(authorised!)) continue;
          if (error instanceof StepFailure) throw error;
          throw failureOfTransport(request, error, { sent: true, timedOut: false });
        }
      }
    },

    async json<T>(spec: Call, limits: Limits): Promise<T> {
      const body = await text(spec, limits);
      try {
        const value = parseJson(body);
        if (typeof value !== 'object' || value === null) throw new TypeError('the answer is no object');
        return value as T;
      } catch (error) {
        const why = error instanceof SyntaxError ? 'the answer is not JSON' : (error as Error).message;
        throw failureOfTransport(describe(spec), new Error(why, { cause: error }), { sent: true });
      }
    },
  };
}

/** A process that was asleep must not write late: called immediately before the bytes go out. */
export function assertMaySend(request: Request, { signal, deadline }: Limits): void {
  if (signal.aborted) throw failureBeforeSending(request, 'cancelled');
  if (deadline.getTime() <= Date.now()) throw failureBeforeSending(request, 'deadline');
}

function urlOf(server: string, { resource, namespace, name, subresource, query = {} }: Call): string {
  const { groupVersion, plural } = placeOf(resource);
  const path = [
    groupVersion,
    ...(namespace === undefined ? [] : ['namespaces', encodeURIComponent(namespace)]),
    plural,
    ...(name === undefined ? [] : [encodeURIComponent(name)]),
    ...(subresource === undefined ? [] : [subresource]),
  ].join('/');
  const search = new URLSearchParams();
  for (const [key, value] of Object.entries(query)) if (value !== undefined) search.set(key, String(value));
  const text = search.toString();
  return `${server}/${path}${text && `?${text}`}`;
}

/** Tells when the request's bytes begin to go out: before that, nothing can have happened. */
function noticing(dispatcher: Dispatcher, started: () => void): Dispatcher {
  return dispatcher.compose(
    (dispatch) => (options, handler) =>
      dispatch(options, {
        onRequestStart(...args) {
          started();
          handler.onRequestStart?.(...args);
        },
        onRequestUpgrade: (...args) => handler.onRequestUpgrade?.(...args),
        onResponseStart: (...args) => handler.onResponseStart?.(...args),
        onResponseData: (...args) => handler.onResponseData?.(...args),
        onResponseEnd: (...args) => handler.onResponseEnd?.(...args),
        onResponseError: (...args) => handler.onResponseError?.(...args),
      }),
  );
}
