import type { RequestMatch, SeenRequest } from './request-match.ts';

export interface Arrival extends SeenRequest {
  /** The server's answer, where a response is held. */
  readonly status?: number;
}

/** What becomes of a held request or response. */
export type Verdict = 'release' | 'drop' | { readonly status: number; readonly body: string };

/** One request or response that waits at the proxy until the test says how it goes on. */
export interface Held {
  /** Resolves when the first match is at the proxy. */
  readonly arrived: Promise<Arrival>;
  /** Lets it through; a held request is forwarded even if its sender has died meanwhile, as a packet on its way would be. */
  release(): void;
  /** Closes the sender's connection without an answer; a held request never reaches the server. */
  drop(): void;
  /** Answers the sender in the server's place; a held request never reaches the server. */
  answer(status: number, body?: string): void;
}

/** A rule that takes the first match only, and what the proxy sees of it. */
export interface HoldRule extends Held {
  readonly match: RequestMatch;
  readonly at: 'request' | 'response';
  taken: boolean;
  readonly verdict: Promise<Verdict>;
  arrive(arrival: Arrival): void;
}

export function createHold(at: 'request' | 'response', match: RequestMatch): HoldRule {
  const arrival = Promise.withResolvers<Arrival>();
  const verdict = Promise.withResolvers<Verdict>();
  return {
    match,
    at,
    taken: false,
    arrived: arrival.promise,
    arrive: arrival.resolve,
    verdict: verdict.promise,
    release: () => verdict.resolve('release'),
    drop: () => verdict.resolve('drop'),
    answer: (status, body = '') => verdict.resolve({ status, body }),
  };
}
