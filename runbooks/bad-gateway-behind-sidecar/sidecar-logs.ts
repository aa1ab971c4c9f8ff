import { kubernetes, type Pod } from '../../activities/kubernetes/contract.ts';
import { finding } from '../../workflows/index.ts';
import { COMPLAINTS, type Complaint } from '../analysis/bad-gateway.ts';
import { refOf } from '../analysis/pods-of.ts';

const CONTINUE = { onFailure: 'continue' } as const;
const MOST_PODS = 5;

/** How often the proxies of some of the pods complain of what, and what could not be read. */
export async function sidecarLogs(o: {
  readonly pods: readonly Pod[];
  readonly sidecar: string;
  readonly minutes: number;
}): Promise<{ readonly said: Readonly<Record<Complaint, number>>; readonly notSeen: readonly string[] }> {
  const kinds = Object.keys(COMPLAINTS) as Complaint[];
  const said = { timeout: 0, refused: 0, reset: 0 };
  const notSeen: string[] = [];
  const lines: string[] = [];
  for (const pod of o.pods.slice(0, MOST_PODS)) {
    const log = await kubernetes.podLogs(
      {
        ...{ pod: refOf(pod), container: o.sidecar, sinceSeconds: o.minutes * 60, tail: 5_000, keep: 2 },
        unexpected: kinds.map((kind) => COMPLAINTS[kind]),
      },
      CONTINUE,
    );
    if (!log.ok) {
      notSeen.push(`the log of ${o.sidecar} in ${pod.name}: ${log.message}`);
      continue;
    }
    for (const [i, { count }] of log.value.unexpected.entries()) said[kinds[i]!] += count;
    lines.push(...log.value.lines.map((l) => `${pod.name}: ${l.text}`));
  }
  finding(
    `${o.sidecar} in ${Math.min(o.pods.length, MOST_PODS)} pods, ${o.minutes} minutes: ${kinds.map((k) => `${k} ${said[k]}`).join(', ')}`,
    { evidence: [...lines, ...notSeen] },
  );
  return { said, notSeen };
}
