/**
 * One request by its id, through every service: what they logged and counted of it and where its trace says the time
 * went, on one time line. Where the id or the trace context is lost, the services are named: the next incident is read from
 * these.
 */
import { z } from 'zod';
import { Namespace } from '../activities/kubernetes/contract/identity.ts';
import { defineRunbook, finding, handOver } from '../workflows/index.ts';
import { follow } from './follow-request/follow.ts';
import { PLATFORM } from './platform-oncall.ts';

const MOST_ENTRIES = 100;

export default defineRunbook({
  id: 'follow-request',
  title: 'What happened to one request',
  owner: PLATFORM,
  description:
    'Puts the log lines, the spans and the counted samples of one request on one time line, says where its time went, and says where its id or its trace context is lost. Changes nothing.',
  input: z.object({
    /** As the logs have it. */
    requestId: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._:/+=-]{5,199}$/, 'write the id as the logs have it'),
    /** A service whose spans are tagged with the id; where left out, the trace is found by what the logs say. */
    service: z.string().min(1).max(200).optional(),
    /** Whose logs to read; all when left out. */
    namespaces: z.array(Namespace).min(1).max(20).optional(),
    since: z
      .string()
      .regex(/^\d+[smhd]$/, 'write it as 30m, 2h')
      .default('1h'),
  }),
  correlationKey: ({ requestId }) => requestId,

  async run({ requestId, service, namespaces, since }) {
    const { timeline, trace, logsRead, notSeen } = await follow({ requestId, service, namespaces, since });
    const { entries, hops, drops } = timeline;
    if (entries.length === 0)
      return handOver(
        `Nothing is known of the request ${requestId}: ${[...notSeen, ...(logsRead ? ['no line names it'] : [])].join('; ')}.`,
        { notSeen },
      );

    finding(`${requestId} came to ${hops.map((h) => h.service).join(', ')}`, {
      evidence: entries.slice(0, MOST_ENTRIES).map((e) => `${e.at} ${e.service} ${e.kind}: ${e.text}`),
    });
    if (trace) {
      const { slowest } = trace;
      finding(
        `It took ${trace.durationMs} ms, ${Math.round(slowest.share * 100)} % of it in ${slowest.operation} of ${slowest.service}`,
        { evidence: trace.criticalPath.map((p) => `${p.service} ${p.operation}: ${p.selfMs} ms`) },
      );
    }
    if (drops.length > 0) finding('Its id is lost on the way', { evidence: drops });
    if (notSeen.length > 0) finding('Not everything was seen', { evidence: notSeen });
    return { hops, drops, notSeen, ...(trace && { traceId: trace.traceId, slowest: trace.slowest }) };
  },
});
