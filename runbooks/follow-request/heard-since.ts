import { loki } from '../../activities/loki/contract.ts';
import { SERVICE_LABELS, type RequestTrace } from '../analysis/request-timeline.ts';

/** Whether lines of a service came after the request; where nobody could tell, why. */
export type Heard = { readonly service: string } & (
  { readonly heard: boolean; readonly why?: undefined } | { readonly heard?: undefined; readonly why: string }
);

/**
 * Whether logs of each of these services came after the request: a line that follows shows that those before it were
 * shipped. Without one, a service that says nothing is not told from one whose log shipper is dead.
 */
export async function heardSince({
  services,
  trace,
  since,
}: {
  readonly services: readonly string[];
  readonly trace: (Pick<RequestTrace, 'startedAt'> & { readonly durationMs: number }) | undefined;
  readonly since: string;
}): Promise<readonly Heard[]> {
  if (!trace) return [];
  const over = Date.parse(trace.startedAt) + trace.durationMs;
  const asked = await Promise.all(
    services.slice(0, MOST).map(async (service): Promise<Heard> => {
      const named = SERVICE_LABELS.map((label) => `${label}=${JSON.stringify(service)}`).join(' or ');
      const newest = await loki.query(
        { expr: `{$namespace=~".+"} | ${named}`, since, limit: 1 },
        { onFailure: 'continue' },
      );
      if (!newest.ok) return { service, why: newest.message };
      const { value } = newest;
      if (value.state === 'unknown' && value.why === 'warnings') return { service, why: value.reason };
      const lines = value.state === 'known' ? value.lines : [];
      return { service, heard: lines.some(({ at }) => Date.parse(at) >= over) };
    }),
  );
  const why = `only ${MOST} services were asked about`;
  return [...asked, ...services.slice(MOST).map((service) => ({ service, why }))];
}

/** Each is a question over all logs. */
const MOST = 10;
