import type { z } from 'zod';
import { jaeger } from '../../activities/jaeger/contract.ts';
import { loki } from '../../activities/loki/contract.ts';
import { prometheus } from '../../activities/prometheus/contract.ts';
import {
  requestTimeline,
  traceIdIn,
  withoutLine,
  type RequestTimeline,
} from '../analysis/request-timeline.ts';
import { heardSince } from './heard-since.ts';

const CONTINUE = { onFailure: 'continue' } as const;

export type KnownTrace = Extract<
  z.output<(typeof jaeger.trace)['contract']['output']>,
  { readonly state: 'known' }
>;

export interface Followed {
  readonly timeline: RequestTimeline;
  readonly trace: KnownTrace | undefined;
  /** True where the logs were read, also when no line names the request. */
  readonly logsRead: boolean;
  /** What could not be looked at, each with why. */
  readonly notSeen: readonly string[];
}

/** What the logs have of one request, what was counted with it, and its trace: by the one trace id that they name, or by the tag of a service's spans. */
export async function follow(request: {
  readonly requestId: string;
  readonly service?: string | undefined;
  readonly namespaces?: string[] | undefined;
  readonly since: string;
}): Promise<Followed> {
  const { requestId, service, namespaces, since } = request;
  const notSeen: string[] = [];
  const logged = await loki.byRequestId({ requestId, since, ...(namespaces && { namespaces }) }, CONTINUE);
  const lines = logged.ok && logged.value.state === 'known' ? logged.value.lines : undefined;
  const truncated = logged.ok && logged.value.state === 'known' && logged.value.truncated;
  if (!lines) notSeen.push(`logs: ${reasonOf(logged)}`);
  if (namespaces) notSeen.push(`logs of other namespaces than ${namespaces.join(', ')}`);
  if (truncated) notSeen.push(`lines after the first ${lines!.length} that name it`);
  const traceId = traceIdIn(lines ?? []);
  const asked = traceId ? { traceId } : service ? { requestId, service, since } : undefined;
  const traced = asked && (await jaeger.trace(asked, CONTINUE));
  const trace = traced?.ok && traced.value.state === 'known' ? traced.value : undefined;
  if (!trace)
    notSeen.push(
      traced
        ? `trace: ${reasonOf(traced)}`
        : 'trace: no line names one trace id, and the run names no service whose spans have the id',
    );
  const counted = trace && (await countedWith(trace));
  if (counted?.ok === false) notSeen.push(`metrics: ${counted.message}`);
  else if (counted?.value.state === 'unknown') notSeen.push(`metrics: ${counted.value.reason}`);
  const samples = counted?.ok && counted.value.state === 'known' ? counted.value.samples : [];
  // Of lines that were not read nobody knows who wrote them.
  const all = lines && trace && namespaces === undefined && !truncated;
  const silent = all ? withoutLine({ lines, trace }) : [];
  const after = await heardSince({ services: silent, trace, since });
  for (const { service: unheard, why } of after.filter((s) => !s.heard))
    notSeen.push(
      why === undefined
        ? `logs of ${unheard}: no line of it names the request, and none came after it; it logs nothing, or under another name, or nothing ships its logs`
        : `logs of ${unheard}: no line of it names the request, and whether others came after it is not known: ${why}`,
    );
  const heard = after.filter((s) => s.heard).map((s) => s.service);
  const timeline = requestTimeline({ lines, heard, trace, samples });
  return { timeline, trace, logsRead: lines !== undefined, notSeen };
}

/** A sample is stamped when it is counted, which is at the end of the request or somewhat later. */
const LATER_MS = 60_000;

const countedWith = ({ traceId, startedAt, durationMs }: KnownTrace) =>
  prometheus.exemplars(
    {
      traceId,
      from: new Date(Date.parse(startedAt) - 1_000).toISOString(),
      to: new Date(Date.parse(startedAt) + durationMs + LATER_MS).toISOString(),
    },
    CONTINUE,
  );

const reasonOf = (
  answer:
    | { readonly ok: false; readonly message: string }
    | { readonly ok: true; readonly value: { readonly state: string; readonly reason?: string } },
): string => (answer.ok ? (answer.value.reason ?? 'unknown') : answer.message);
