/**
 * What the runs of the crash bench change: a small server that takes its time before it does what it was asked, and again
 * before it answers, so that a worker can die at any moment of a change. It counts what was really done.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Closing } from './closing.ts';

export interface Effect {
  readonly operation: string;
  /** When the request for it arrived; `Date.now()`. */
  readonly arrivedAt: number;
}

export interface Outside {
  readonly url: string;
  /** What was done, in order. An operation that was done twice is there twice. */
  readonly effects: readonly Effect[];
}

/** At most so long before, and again after, the effect. */
const SLOW_MS = 300;

export async function startOutside(closing: Closing): Promise<Outside> {
  const effects: Effect[] = [];
  const server = createServer((request, response) => {
    const arrivedAt = Date.now();
    const operation = new URL(request.url ?? '/', 'http://outside').searchParams.get('operation') ?? '';
    const answer = (body: unknown) =>
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    if (request.method === 'GET') {
      answer({ done: effects.some((e) => e.operation === operation) });
      return;
    }
    request.resume();
    void (async () => {
      await sleep(Math.random() * SLOW_MS);
      // As with any server: of those whose caller is gone by now, some are still carried out.
      if (response.destroyed && Math.random() < 0.5) return;
      effects.push({ operation, arrivedAt });
      await sleep(Math.random() * SLOW_MS);
      answer({ done: true });
    })();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.add(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/effects`, effects };
}
