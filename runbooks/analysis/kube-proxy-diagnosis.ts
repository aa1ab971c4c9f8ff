import type { Journal, ServiceStatus } from '../../activities/hosts/contract.ts';
import { counted, routingEvidence, type ServiceCounts, type Sync } from './kube-proxy-evidence.ts';
import { mebibytes, recommendedLimit, type MemoryRecommendation } from './memory-limit.ts';

export interface KubeProxyFacts {
  readonly status: ServiceStatus;
  readonly journal: Pick<Journal, 'oomKills' | 'entries' | 'from'>;
  readonly services: ServiceCounts;
  readonly sync: Sync;
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

/** Names why a kube-proxy that systemd runs does not route as it should, from what the host and the API say. */
export function kubeProxyDiagnosis(facts: KubeProxyFacts): KubeProxyDiagnosis {
  const { status, journal, services, sync } = facts;
  const evidence = evidenceOf(facts);
  const kills = journal.oomKills.length;
  const limitBytes = status.memory.maxBytes ?? undefined;
  const running = status.activeState === 'active' && !status.crashLooping;

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
  return [
    `${status.unit}: ${status.activeState}/${status.subState}, last result ${status.result}, restarted by itself ${counted(status.restarts, 'time')}`,
    maxBytes === null
      ? 'no memory limit'
      : `memory limit ${mebibytes(maxBytes)}${peakBytes === null ? '' : `, peak ${mebibytes(peakBytes)}`}`,
    lastKill
      ? `${counted(journal.oomKills.length, 'OOM kill')} since ${journal.from}, the last at ${lastKill.at} (${lastKill.process}${lastKill.anonRssBytes === null ? '' : `, ${mebibytes(lastKill.anonRssBytes)} resident`})`
      : `no OOM kill since ${journal.from}`,
    ...routingEvidence({ services, sync }),
  ];
}
