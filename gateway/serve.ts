import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { unstorableText } from '../activities/kit/index.ts';
import type { Endpoint } from './api/endpoint.ts';
import { Problem } from './api/problem.ts';
import type { Authenticate, Caller } from './authenticate.ts';
import { ProblemError } from './problem-error.ts';

export interface Call<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType> {
  readonly params: z.output<P>;
  readonly query: z.output<Q>;
  readonly body: z.output<B>;
  readonly caller: Caller;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
}

/** Serves an endpoint as it is described: token and scope first, then the shape of what was sent, then `handle`. */
export type Serve = <P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType, R extends z.ZodType>(
  endpoint: Endpoint<P, Q, B, R>,
  handle: (call: Call<P, Q, B>) => Promise<z.output<R>>,
) => void;

export const createServe =
  (app: FastifyInstance, authenticate: Authenticate): Serve =>
  (endpoint, handle) => {
    const { method, path, scope, summary, params, query, body, response, status = 200 } = endpoint;
    app.route({
      method,
      url: path,
      schema: {
        ...{ summary, description: `Needs a token with the scope \`${scope}\`.`, security: [{ token: [] }] },
        ...(params && { params }),
        ...(query && { querystring: query }),
        ...(body && { body }),
        response: { '2xx': response, '4xx': Problem, '5xx': Problem },
      },
      onRequest: async (request) => {
        request.caller = await authenticate(request, scope);
      },
      preValidation: async (request) => {
        const field = unstorableText(request.body, 'body');
        if (field === undefined) return;
        const message = 'this text has a NUL character or half a surrogate pair; send text that can be kept';
        throw new ProblemError('bad-request', `${field}: ${message}`, { fields: [{ field, message }] });
      },
      handler: async (request, reply) => {
        reply.code(status);
        return handle({
          params: request.params as never,
          query: request.query as never,
          body: request.body as never,
          caller: request.caller as Caller,
          request,
          reply,
        });
      },
    });
  };

declare module 'fastify' {
  interface FastifyRequest {
    /** Set once the token was checked. */
    caller?: Caller | undefined;
  }
}
