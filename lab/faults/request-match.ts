/** Which requests a rule is for; what is left out matches all. */
export interface RequestMatch {
  readonly method?: string;
  /** Tested against path and query: `/api/v1/nodes/node-worker-3?fieldManager=...`. */
  readonly path?: RegExp;
  readonly body?: RegExp;
}

export interface SeenRequest {
  readonly method: string;
  /** With the query. */
  readonly path: string;
  readonly body: string;
}

export function matches(match: RequestMatch, request: SeenRequest): boolean {
  return (
    (match.method === undefined || match.method.toUpperCase() === request.method) &&
    (match.path?.test(request.path) ?? true) &&
    (match.body?.test(request.body) ?? true)
  );
}
