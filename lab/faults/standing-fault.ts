import type { RequestMatch } from './request-match.ts';

/** What happens to every request that matches, until the fault is removed. */
export type FaultAction =
  /** The request reaches the server this many milliseconds late. */
  | { readonly kind: 'delay'; readonly milliseconds: number }
  /** The connection is closed before the server sees the request. */
  | { readonly kind: 'drop-request' }
  /** The server carries the request out; its answer is lost. */
  | { readonly kind: 'drop-response' }
  /** The proxy answers; the server sees nothing. */
  | {
      readonly kind: 'answer';
      readonly status: number;
      readonly body: string;
      readonly headers?: Readonly<Record<string, string>>;
    };

export interface StandingFault {
  /** How many requests it has met. */
  readonly count: number;
  remove(): void;
}

export interface FaultRule {
  readonly match: RequestMatch;
  readonly action: FaultAction;
  /** How many more requests it is for. */
  left: number;
  count: number;
}

/** The body of an API server's refusal (`kind: Status`), as its clients expect it. */
export function statusBody(code: number, reason: string, message: string): string {
  return JSON.stringify({
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message,
    reason,
    code,
  });
}
