import { jaeger } from '../../activities/jaeger/contract.ts';
import { loki } from '../../activities/loki/contract.ts';
import { finding } from '../../workflows/index.ts';
import { requestIdsIn } from '../analysis/slow-requests.ts';
import { follow, type KnownTrace } from '../follow-request/follow.ts';

const CONTINUE = { onFailure: 'continue' } as const;
/** One request can be slow for a reason of its own. */
const FOLLOWED = 3;
/** Lines to find them in: not every slow request is one of this service. */
const LINES = 20;

/** Traces of slow requests that came to the service: found in the logs by their ids, else the slowest that were kept. */
export async function slowTraces(of: {
  readonly namespace: string;
  readonly service: string;
  readonly slowerThanMs: number;
  readonly durationField: string;
  readonly minutes: number;
}): Promise<{ readonly traces: readonly KnownTrace[]; readonly notSeen: readonly string[] }> {
  const { namespace, service, slowerThanMs, durationField } = of;
  const since = `${of.minutes}m`;
  const notSeen: string[] = [];
  const expr = `{$namespace=${JSON.stringify(namespace)}} | json | ${durationField} > ${slowerThanMs} | __error__=""`;
  const slow = await loki.query({ expr, since, limit: LINES }, CONTINUE);
  const lines = slow.ok && slow.value.state === 'known' ? slow.value.lines : [];
  const ids = requestIdsIn(lines);
  if (ids.length === 0)
    notSeen.push(
      `slow requests in the logs: ${!slow.ok ? slow.message : slow.value.state === 'unknown' ? slow.value.reason : `no line with a request id has ${durationField} above ${slowerThanMs}`}`,
    );
  const traces: KnownTrace[] = [];
  /** One trace can have several slow requests, and of one only a part may be kept: it counts once, and where it is slow itself. */
  const take = (trace: KnownTrace) => {
    if (trace.durationMs <= slowerThanMs)
      notSeen.push(`trace ${trace.traceId}: it took no more than ${Math.round(trace.durationMs)} ms`);
    else if (traces.every(({ traceId }) => traceId !== trace.traceId)) traces.push(trace);
  };
  for (const requestId of ids) {
    if (traces.length === FOLLOWED) break;
    const { timeline, trace, notSeen: unseen } = await follow({ requestId, service, since });
    const cameHere = trace?.services.includes(service) ?? timeline.hops.some((h) => h.service === service);
    if (!cameHere) continue;
    finding(`Slow request ${requestId} came to ${timeline.hops.map((h) => h.service).join(', ')}`, {
      evidence: [
        ...timeline.entries.slice(0, 30).map((e) => `${e.at} ${e.service} ${e.kind}: ${e.text}`),
        ...timeline.drops,
      ],
    });
    if (trace) take(trace);
    else notSeen.push(...unseen.map((why) => `${requestId}: ${why}`));
  }
  if (traces.length > 0) return { traces, notSeen };

  const slowest = await jaeger.slowest({ service, since, limit: FOLLOWED }, CONTINUE);
  const operations = slowest.ok && slowest.value.state === 'known' ? slowest.value.operations : undefined;
  if (!operations) {
    const why = !slowest.ok ? slowest.message : slowest.value.state === 'unknown' ? slowest.value.reason : '';
    return { traces, notSeen: [...notSeen, `traces of ${service}: ${why}`] };
  }
  const tooSlow = operations.filter((o) => o.maxMs > slowerThanMs);
  if (tooSlow.length === 0)
    notSeen.push(`traces of slow requests: none that was kept took more than ${slowerThanMs} ms`);
  for (const { traceId } of tooSlow) {
    const traced = await jaeger.trace({ traceId }, CONTINUE);
    if (traced.ok && traced.value.state === 'known') take(traced.value);
  }
  return { traces, notSeen };
}
