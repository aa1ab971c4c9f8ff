import { loki } from '../../activities/loki/contract.ts';
import { SERVICE_LABELS, type RequestTrace } from '../analysis/request-timeline.ts';

/**
 * Which of these services' logs came after the request: a line that follows shows that those before it were shipped. Without
 * one, a service that says nothing is not told from one whose log shipper is dead.
 */
export async function heardSince({
  services,
  trace,
  since,
}: {
  readonly services: readonly string[];
  readonly trace: (Pick<RequestTrace, 'startedAt'> & { readonly durationMs: number }) | undefined;
  readonly since: string;
}): Promise<string[]> {
  if (!trace) return [];
  const over = Date.parse(trace.startedAt) + trace.durationMs;
  const heard = await Promise.all(
    services.slice(0, MOST).map(async (service) => {
      const named = SERVICE_LABELS.map((label) => `${label}=${JSON.stringify(service)}`).join(' or ');
      const newest = await loki.query(
        { expr: `{$namespace=~".+"} | ${named}`, since, limit: 1 },
        { onFailure: 'continue' },
      );
      const lines = newest.ok && newest.value.state === 'known' ? newest.value.lines : [];
      return lines.some(({ at }) => Date.parse(at) >= over);
    }),
  );
  return services.filter((_, i) => heard[i]);
}

/** Each is a question over all logs. */
const MOST = 10;
