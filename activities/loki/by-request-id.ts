import type { z } from 'zod';
import type { loki } from './contract.ts';
import type { LokiApi } from './http-api.ts';
import { lines } from './lines.ts';
import { namespaceSelector, quoted } from './logql.ts';

type Question = z.output<typeof loki.byRequestId.contract.input>;
type Answer = z.output<typeof loki.byRequestId.contract.output>;

/**
 * The lines that name a request. None is an answer only where each namespace that was asked about is heard: among all of
 * them one that lives would speak for one whose log shipper is dead.
 */
export async function byRequestId(
  api: LokiApi,
  o: { readonly input: Question; readonly label: string; readonly at: Date; readonly signal: AbortSignal },
): Promise<Answer> {
  const { label, at, signal } = o;
  const { requestId, namespaces, ...question } = o.input;
  const answer = await lines(api, {
    input: {
      ...question,
      expr: `${namespaceSelector(label, namespaces)} |= ${quoted(requestId)}`,
      direction: 'forward',
    },
    ...(namespaces && { sources: namespaces.map((namespace) => namespaceSelector(label, [namespace])) }),
    ...{ at, signal },
  });
  if (namespaces || answer.state === 'unknown' || answer.lines.length > 0) return answer;
  return {
    state: 'unknown',
    why: 'empty',
    reason: `no line of any namespace names it, and which of them are heard is not known: name the namespaces that it should have come to`,
    ...{ from: answer.from, to: answer.to },
  };
}
