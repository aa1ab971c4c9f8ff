import { kubernetes, type ConfigurationSource, type Pod } from '../../activities/kubernetes/contract.ts';
import { finding } from '../../workflows/index.ts';
import { refOf } from '../analysis/pods-of.ts';

/** Words of CoreDNS and dnsmasq for what goes wrong, and what they are a sign of. */
export const SIGNS = {
  SERVFAIL: 'answers that they cannot answer',
  'i/o timeout|no upstream|unreachable': 'upstream servers that do not answer',
  'Loop .* detected': 'a forward that comes back to themselves',
  'plugin/errors|panic|FATAL|\\[ERROR\\]': 'errors',
} as const;

const KINDS = ['Deployment', 'DaemonSet'] as const;

export interface Servers {
  readonly workload: { readonly kind: (typeof KINDS)[number]; readonly name: string } | undefined;
  readonly sources: readonly ConfigurationSource[];
  readonly log: readonly string[];
}

/** What the servers' pods, logs and configuration say, as findings. */
export async function lookAtServers({
  namespace,
  pods,
}: {
  namespace: string;
  pods: readonly Pod[];
}): Promise<Servers> {
  finding(`${pods.filter((p) => p.ready).length} of ${pods.length} DNS servers are ready`, {
    evidence: pods.map((p) => `${p.name} on ${p.node ?? 'no node'}: ${p.because}`),
  });
  const owner = pods[0]?.workload;
  const kind = KINDS.find((k) => k === owner?.kind);
  const workload = owner && kind ? { kind, name: owner.name } : undefined;
  const [sources, log] = await Promise.all([
    workload ? kubernetes.configurationOf({ namespace, ...workload }).then((c) => c.sources) : [],
    pods[0] ? signsIn(pods[0]) : [],
  ]);
  const edited = sources.filter((s) => s.changes.length > 0);
  finding(
    edited.length > 0
      ? `Their configuration is not what was applied: ${edited.map((s) => s.name).join(', ')}`
      : 'Their configuration is what was applied, as far as that is remembered',
    {
      evidence: sources.map(
        (s) =>
          `${s.kind} ${s.name}: ${s.lastEdit ? `written last by ${s.lastEdit.by} at ${s.lastEdit.at}` : s.state}`,
      ),
    },
  );
  return { workload, sources, log };
}

async function signsIn(pod: Pod): Promise<string[]> {
  const log = await kubernetes.podLogs({
    pod: refOf(pod),
    tail: 1000,
    unexpected: Object.keys(SIGNS),
    keep: 10,
  });
  const signs = log.unexpected.filter((p) => p.count > 0);
  finding(
    signs.length > 0
      ? `The log of ${pod.name} speaks of ${signs.map((s) => SIGNS[s.pattern as keyof typeof SIGNS]).join(', ')}`
      : `The log of ${pod.name} shows no sign of trouble`,
    { evidence: signs.map((s) => `${s.count} × ${s.last?.text ?? s.pattern}`) },
  );
  return log.lines.map((l) => l.text);
}
