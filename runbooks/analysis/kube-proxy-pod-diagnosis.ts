/** The same question as kube-proxy-diagnosis.ts where kube-proxy is a pod: what the kubelet says stands for systemd. */
import type { KernelMessages } from '../../activities/hosts/contract.ts';
import type { Container } from '../../activities/kubernetes/contract.ts';
import type { KubeProxyDiagnosis } from './kube-proxy-diagnosis.ts';
import { counted, routingEvidence, type ServiceCounts, type Sync } from './kube-proxy-evidence.ts';
import { KUBE_PROXY_DAEMONSET, type KubeProxyPod } from './kube-proxy-runner.ts';
import { mebibytes, recommendedLimit } from './memory-limit.ts';
import { bytesOf } from './oom-kill.ts';

export interface KubeProxyPodFacts {
  readonly host: string;
  readonly of: KubeProxyPod;
  readonly kernel: Pick<KernelMessages, 'problems' | 'hostTime'>;
  readonly services: ServiceCounts;
  readonly sync: Sync;
}

/** The exit code of a process that was ended by SIGKILL. */
const KILLED = 137;
/** The kernel's line and the kubelet's time of the end, which counts whole seconds, are this close together. */
const SAME_MOMENT_MS = 10_000;

const SETTLED_AFTER_MS = 120_000;

export function kubeProxyPodDiagnosis(facts: KubeProxyPodFacts): KubeProxyDiagnosis {
  const { host, of, services, sync } = facts;
  const { pod, limit } = of;
  if (!pod) {
    return {
      cause: 'not-running',
      statement: `The DaemonSet ${KUBE_PROXY_DAEMONSET.name} has no pod on ${host}.`,
      evidence: routingEvidence(facts),
    };
  }
  const container = pod.containers.find((c) => c.name === of.container);
  const kill = memoryKill(container, facts.kernel);
  const name = `kube-proxy in pod ${pod.namespace}/${pod.name} on ${host}`;
  const evidence = [
    `${pod.name}: ${pod.status}, ${pod.because}, restarted ${counted(container?.restarts ?? pod.restarts, 'time')}`,
    limit === undefined
      ? 'its DaemonSet sets no memory limit'
      : `its DaemonSet sets a memory limit of ${limit}, update strategy ${of.updateStrategy ?? 'not known'}`,
    kill
      ? `killed for its memory, the last time at ${kill.at}${kill.anonRssBytes === undefined ? '' : ` (${mebibytes(kill.anonRssBytes)} resident)`}`
      : 'not killed for its memory in its last life',
    ...routingEvidence(facts),
  ];
  const found = (cause: KubeProxyDiagnosis['cause'], statement: string): KubeProxyDiagnosis => ({
    cause,
    statement,
    evidence,
  });

  const staysUp = pod.condition === 'healthy' && !crashedLately(container, facts.kernel.hostTime);
  if (sync.verdict === 'pass' && staysUp) return found('in-order', `${name} runs and has synced.`);
  if (kill && !staysUp) {
    const limitBytes = bytesOf(limit);
    if (limitBytes === undefined) {
      return found(
        'unclear',
        `${name} was killed for memory, but it has no limit of its own: the host itself is short of memory.`,
      );
    }
    return {
      ...found(
        'memory-limit',
        `${name} is killed at its memory limit of ${limit} before it has synced, so the node routes by old rules.`,
      ),
      limit: recommendedLimit({
        services: services.count,
        readyEndpoints: services.readyEndpoints,
        peakBytes: kill.anonRssBytes,
        limitBytes,
        killedAtLimit: true,
      }),
    };
  }
  if (!staysUp) {
    return found('not-running', `${name} does not stay up (${pod.because}), and no OOM kill explains it.`);
  }
  if (sync.verdict === 'fail') {
    return found('stale-rules', `${name} runs, but its rules are not what the API has: ${sync.reason}`);
  }
  return found('unclear', `Whether ${name} has synced is not known: ${sync.reason}`);
}

/** Between two kills it runs for a while and is ready: a restart counts for two minutes, as with a unit. */
function crashedLately(container: Container | undefined, hostTime: string): boolean {
  const { startedAt, lastTermination } = container ?? {};
  if (!lastTermination || startedAt === undefined) return false;
  return Date.parse(hostTime) - Date.parse(startedAt) < SETTLED_AFTER_MS;
}

/**
 * The kill that ended the container's last life. The kubelet calls one `Error` where the runtime saw the end before the
 * kernel's notice; the kernel's own line decides then. Others share that log, so a line alone proves nothing.
 */
function memoryKill(
  container: Container | undefined,
  { problems }: KubeProxyPodFacts['kernel'],
): { readonly at: string; readonly anonRssBytes: number | undefined } | undefined {
  const { reason, exitCode, finishedAt } = container?.lastTermination ?? {};
  if (finishedAt === undefined) return undefined;
  const distance = (at: string) => Math.abs(Date.parse(at) - Date.parse(finishedAt));
  const line = problems
    .filter((p) => p.kind === 'oom-kill' && p.about === 'kube-proxy' && distance(p.at) <= SAME_MOMENT_MS)
    .sort((a, b) => distance(a.at) - distance(b.at))[0];
  if (reason !== 'OOMKilled' && !(exitCode === KILLED && line)) return undefined;
  const resident = /\banon-rss:(\d+)kB/.exec(line?.message ?? '')?.[1];
  return { at: finishedAt, anonRssBytes: resident === undefined ? undefined : Number(resident) * 1024 };
}
