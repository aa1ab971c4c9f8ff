import { Readable } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import type { Ledger } from '../../ledger/api.ts';
import { Problem } from '../api/problem.ts';
import { watchRun } from '../api/runs.ts';
import type { Authenticate } from '../authenticate.ts';
import type { RunWatches } from '../run-watches.ts';
import { knownRun } from './runs.ts';

/** Keeps proxies from closing a stream on which nothing happens. */
const HEARTBEAT_MS = 15_000;

export interface WatchDeps {
  readonly ledger: Ledger;
  readonly watches: RunWatches;
  readonly authenticate: Authenticate;
}

export function serveWatch(app: FastifyInstance, { ledger, watches, authenticate }: WatchDeps): void {
  const { method, path, scope, summary, params } = watchRun;
  app.route({
    method,
    url: path,
    schema: { summary, security: [{ token: [] }], params, response: { '4xx': Problem, '5xx': Problem } },
    onRequest: async (request) => {
      request.caller = await authenticate(request, scope);
    },
    handler: async (request, reply) => {
      const { workflowId } = request.params as { workflowId: string };
      await knownRun(ledger, workflowId);
      const gone = new AbortController();
      reply.raw.once('close', () => gone.abort());
      return reply
        .header('content-type', 'text/event-stream; charset=utf-8')
        .header('cache-control', 'no-store')
        .header('x-accel-buffering', 'no')
        .send(Readable.from(lines(watches, workflowId, gone.signal)));
    },
  });
}

async function* lines(watches: RunWatches, workflowId: string, signal: AbortSignal): AsyncGenerator<string> {
  for await (const event of watches.subscribe({ workflowId, signal, heartbeatMs: HEARTBEAT_MS })) {
    yield event === 'heartbeat'
      ? ': still here\n\n'
      : `event: ${event.kind}\ndata: ${JSON.stringify(event)}\n\n`;
  }
}
