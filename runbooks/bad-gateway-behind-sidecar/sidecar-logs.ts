import { kubernetes, type Pod } from '../../activities/kubernetes/contract.ts';
import { finding } from '../../workflows/index.ts';
import { COMPLAINTS, type Complaint } from '../analysis/bad-gateway.ts';
import { refOf } from '../analysis/pods-of.ts';

const CONTINUE = { onFailure: 'continue' } as const;
const MOST_PODS = 5;
/** The API server gives 1 MiB of a log, from the oldest line asked for: more lines would lose the newest of a proxy. */
const LINES = 2_000;

/** How often the proxies of some of the pods complain of what, and what could not be read. */
export async function sidecarLogs(o: {
  readonly pods: readonly Pod[];
  readonly sidecar: string;
  readonly minutes: number;
}): Promise<{ readonly said: Readonly<Record<Complaint, number>>; readonly notSeen: readonly string[] }> {
  const kinds = Object.keys(COMPLAINTS) as Complaint[];
  const said = { timeout: 0, refused: 0, reset: 0 };
  const left = o.pods.length - MOST_PODS;
  const notSeen = left > 0 ? [`the logs of ${o.sidecar} in ${left} more pods`] : [];
  const lines: string[] = [];
  for (const pod of o.pods.slice(0, MOST_PODS)) {
    const log = await kubernetes.podLogs(
      {
        ...{ pod: refOf(pod), container: o.sidecar, sinceSeconds: o.minutes * 60, tail: LINES, keep: 2 },
        unexpected: kinds.map((kind) => COMPLAINTS[kind]),
      },
      CONTINUE,
    );
    const its = `the log of ${o.sidecar} in ${pod.name}`;
    if (!log.ok || !log.value.available) {
      notSeen.push(`${its}: ${log.ok ? (log.value.note ?? 'there is none') : log.message}`);
      continue;
    }
    const { linesRead, truncated } = log.value;
    if (truncated?.startsWith('the log was cut')) notSeen.push(`${its}: ${truncated}`);
    else if (linesRead === LINES) notSeen.push(`${its} before its newest ${LINES} lines`);
    for (const [i, { count }] of log.value.unexpected.entries()) said[kinds[i]!] += count;
    lines.push(...log.value.lines.map((l) => `${pod.name}: ${l.text}`));
  }
  finding(
    `${o.sidecar} in ${Math.min(o.pods.length, MOST_PODS)} pods, ${o.minutes} minutes: ${kinds.map((k) => `${k} ${said[k]}`).join(', ')}`,
    { evidence: [...lines, ...notSeen] },
  );
  return { said, notSeen };
}
