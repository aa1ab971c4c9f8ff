import type { Journal, ServiceStatus, SyncVerdict } from '../../activities/hosts/contract.ts';
import { mebibytes, recommendedLimit, type MemoryRecommendation } from './memory-limit.ts';

/** What listServices counts, as far as it matters here. */
export interface ServiceCounts {
  readonly count: number;
  readonly readyEndpoints: number;
  readonly created: readonly {
    readonly minute: string;
    readonly namespace: string;
    readonly count: number;
  }[];
}

export interface KubeProxyFacts {
  readonly status: ServiceStatus;
  readonly journal: Pick<Journal, 'oomKills' | 'entries' | 'from'>;
  readonly services: ServiceCounts;
  readonly sync: Pick<SyncVerdict, 'verdict' | 'reason' | 'differing' | 'compared' | 'differences'>;
  /** True when the cluster runs kube-proxy as a DaemonSet, so that no unit of the host is in charge. */
  readonly asDaemonSet: boolean;
}

/**
 * - `memory-limit`: the kernel kills it at its limit;
 * - `not-running`: it does not run, for a reason that is not memory;
 * - `stale-rules`: it runs, and its rules are not what the API has;
 * - `in-order`: it runs and has synced: the fault is elsewhere;
 * - `unclear`: the facts do not decide.
 */
export interface KubeProxyDiagnosis {
  readonly cause: 'memory-limit' | 'not-running' | 'stale-rules' | 'in-order' | 'unclear';
  /** One sentence in the reader's words. */
  readonly statement: string;
  readonly evidence: readonly string[];
  /** Only with cause `memory-limit`. */
  readonly limit?: MemoryRecommendation;
}

/** Names why kube-proxy on a host does not route as it should, from what the host and the API say. */
export function kubeProxyDiagnosis(facts: KubeProxyFacts): KubeProxyDiagnosis {
  const { status, journal, services, sync, asDaemonSet } = facts;
  const evidence = evidenceOf(facts);
  const kills = journal.oomKills.length;
  const limitBytes = status.memory.maxBytes ?? undefined;
  const running = status.activeState === 'active' && !status.crashLooping;

  if (status.loadState === 'not-found') {
    return {
      cause: 'unclear',
      statement: asDaemonSet
        ? `kube-proxy on ${status.host} is a pod of the DaemonSet kube-proxy, which this runbook does not repair.`
        : `There is no ${status.unit} on ${status.host}.`,
      evidence,
    };
  }
  if (sync.verdict === 'pass' && running) {
    return {
      cause: 'in-order',
      statement: `${status.unit} on ${status.host} runs and has synced.`,
      evidence,
    };
  }
  if (kills > 0 && limitBytes === undefined) {
    return {
      cause: 'unclear',
      statement: `The kernel killed ${status.unit} for memory, but the unit has no limit of its own: the host itself is short of memory.`,
      evidence,
    };
  }
  if (kills > 0 && !running) {
    return {
      cause: 'memory-limit',
      statement: `${status.unit} on ${status.host} is killed at its memory limit of ${mebibytes(limitBytes ?? 0)} before it has synced, so the node routes by old rules.`,
      evidence,
      limit: recommendedLimit({
        services: services.count,
        readyEndpoints: services.readyEndpoints,
        peakBytes: Math.max(
          0,
          status.memory.peakBytes ?? 0,
          ...journal.oomKills.map((k) => k.anonRssBytes ?? 0),
        ),
        limitBytes,
        killedAtLimit: true,
      }),
    };
  }
  if (!running) {
    return {
      cause: 'not-running',
      statement: `${status.unit} on ${status.host} does not stay up (${status.activeState}/${status.subState}, ${status.result}), and no OOM kill explains it.`,
      evidence,
    };
  }
  if (sync.verdict === 'fail') {
    return {
      cause: 'stale-rules',
      statement: `${status.unit} on ${status.host} runs, but its rules are not what the API has: ${sync.reason}`,
      evidence,
    };
  }
  return {
    cause: 'unclear',
    statement: `Whether ${status.unit} on ${status.host} has synced is not known: ${sync.reason}`,
    evidence,
  };
}

function evidenceOf({ status, journal, services, sync }: KubeProxyFacts): string[] {
  const { maxBytes, peakBytes } = status.memory;
  const lastKill = journal.oomKills.at(-1);
  const growth = biggestGrowth(services.created);
  return [
    `${status.unit}: ${status.activeState}/${status.subState}, last result ${status.result}, restarted by itself ${counted(status.restarts, 'time')}`,
    maxBytes === null
      ? 'no memory limit'
      : `memory limit ${mebibytes(maxBytes)}${peakBytes === null ? '' : `, peak ${mebibytes(peakBytes)}`}`,
    lastKill
      ? `${counted(journal.oomKills.length, 'OOM kill')} since ${journal.from}, the last at ${lastKill.at} (${lastKill.process}${lastKill.anonRssBytes === null ? '' : `, ${mebibytes(lastKill.anonRssBytes)} resident`})`
      : `no OOM kill since ${journal.from}`,
    `${services.count} Services with ${services.readyEndpoints} ready endpoints`,
    ...(growth
      ? [`the number of Services grew by ${growth.count} at ${growth.minute} (namespace ${growth.namespace})`]
      : []),
    `synced: ${sync.verdict}, ${sync.reason}`,
    ...sync.differences.slice(0, 3).map((d) => `${d.service}: ${d.difference}`),
  ];
}

/** The minute in which most of the present Services were made, when it made a tenth of them or more. */
function biggestGrowth(created: ServiceCounts['created']): ServiceCounts['created'][number] | undefined {
  const total = created.reduce((sum, c) => sum + c.count, 0);
  const top = [...created].sort((a, b) => b.count - a.count)[0];
  return top && top.count > 10 && top.count * 10 >= total ? top : undefined;
}

const counted = (n: number, what: string): string => `${n} ${what}${n === 1 ? '' : 's'}`;
