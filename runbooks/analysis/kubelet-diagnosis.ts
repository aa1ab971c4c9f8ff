/**
 * Why does a node not report, as its host tells it? The order matters: a kubelet that does not run says nothing of its own;
 * one that runs is believed only for what it said in the last minutes, because a journal is full of old troubles.
 */
import type { Journal, ServiceStatus } from '../../activities/hosts/contract.ts';

/** What the kubelet's journal is searched for. */
export const KUBELET_PATTERNS = {
  stopped: 'Stopp(ed|ing) kubelet',
  certificate: 'x509: certificate has expired|client certificate.* expired|certificate is not yet valid',
  disk: 'no space left on device',
  runtime: 'PLEG is not healthy|container runtime is down|containerd\\.sock.*(refused|no such file)',
  api: 'dial tcp .*(connection refused|i/o timeout|no route to host)|TLS handshake timeout|Client\\.Timeout exceeded',
} as const;

/** What was said longer ago explains nothing now. */
const RECENT_MS = 3 * 60_000;
/** A kubelet writes a line at least this often while it cannot report. */
const SILENT_MS = 90_000;

export type KubeletCause =
  | 'kubelet-stopped'
  | 'kubelet-hangs'
  | 'kubelet-crashes'
  | 'runtime-stopped'
  | 'runtime-hangs'
  | 'certificate'
  | 'disk'
  | 'api-unreachable'
  | 'unclear';

export interface KubeletDiagnosis {
  readonly cause: KubeletCause;
  /** One sentence in the reader's words. */
  readonly statement: string;
  readonly evidence: readonly string[];
  /** The service whose restart mends it; absent where a restart would not. */
  readonly restart?: string;
  /** What a person does where nightshift does not. */
  readonly next?: string;
}

export interface KubeletFacts {
  readonly kubelet: ServiceStatus;
  readonly runtime: ServiceStatus;
  readonly journal: Journal;
  /** Seconds since the node's lease was renewed; null where there is none. */
  readonly leaseAgeSeconds: number | null;
  /** What the API has as the node's boot; the host's own may be another since. */
  readonly bootID: string;
}

export function kubeletDiagnosis(facts: KubeletFacts): KubeletDiagnosis {
  const { kubelet, runtime, leaseAgeSeconds } = facts;
  const { host } = kubelet;
  const evidence = evidenceOf(facts);
  const recently = (name: keyof typeof KUBELET_PATTERNS) => saidRecently(facts.journal, name);
  const known = (
    cause: KubeletCause,
    statement: string,
    more: Pick<KubeletDiagnosis, 'restart' | 'next'> = {},
  ): KubeletDiagnosis => ({ cause, statement, evidence, ...more });

  if (kubelet.loadState !== 'loaded') {
    return known('unclear', `${host} has no ${kubelet.unit} (${kubelet.loadState}).`, {
      next: 'Find out how its kubelet is run.',
    });
  }
  if (runtime.loadState === 'loaded' && runtime.activeState !== 'active') {
    return known(
      'runtime-stopped',
      `${runtime.unit} on ${host} is ${runtime.activeState} (${runtime.result}).`,
      {
        restart: runtime.unit,
      },
    );
  }
  if (recently('certificate')) {
    return known(
      'certificate',
      `The kubelet's certificate on ${host} is not valid: ${recently('certificate')}`,
      {
        next: 'Renew it (kubeadm: "kubeadm certs renew", or approve its CertificateSigningRequest), and look at the clock of the host.',
      },
    );
  }
  if (recently('disk')) {
    return known('disk', `A disk of ${host} is full: ${recently('disk')}`, {
      next: 'Make room on it; a restart would not.',
    });
  }
  if (kubelet.crashLooping) {
    return known(
      'kubelet-crashes',
      `${kubelet.unit} on ${host} ends again and again: ${kubelet.restarts} restarts, ${exitOf(kubelet)}.`,
      { next: 'Read its last lines: systemd restarts it already, another restart changes nothing.' },
    );
  }
  if (kubelet.activeState !== 'active') {
    return known(
      'kubelet-stopped',
      `${kubelet.unit} on ${host} is ${kubelet.activeState}: ${stoppedHow(facts)}.`,
      {
        restart: kubelet.unit,
      },
    );
  }
  if (recently('runtime')) {
    return known(
      'runtime-hangs',
      `The container runtime of ${host} does not answer: ${recently('runtime')}`,
      {
        restart: runtime.unit,
      },
    );
  }
  if (recently('api')) {
    return known(
      'api-unreachable',
      `The kubelet of ${host} does not reach the API server: ${recently('api')}`,
      {
        next: 'Look at the network between them: routes, firewall, the load balancer of the API.',
      },
    );
  }
  const silentMs = Date.parse(facts.journal.hostTime) - Date.parse(facts.journal.entries.at(-1)?.at ?? '');
  if (leaseAgeSeconds !== null && leaseAgeSeconds * 1_000 > SILENT_MS && !(silentMs < SILENT_MS)) {
    return known(
      'kubelet-hangs',
      `${kubelet.unit} on ${host} runs, and has neither reported nor written a line for ${leaseAgeSeconds} s.`,
      { restart: kubelet.unit },
    );
  }
  return known('unclear', `${kubelet.unit} on ${host} runs and says nothing that explains it.`, {
    next: 'Read its journal, and look at the control plane.',
  });
}

/** True when a service was told to stop: somebody may be at work on the host. */
export const stoppedOnPurpose = ({ kubelet, journal }: Pick<KubeletFacts, 'kubelet' | 'journal'>): boolean =>
  kubelet.activeState === 'inactive' &&
  kubelet.result === 'success' &&
  journal.patterns.some((p) => p.pattern === KUBELET_PATTERNS.stopped && p.count > 0);

function stoppedHow(facts: KubeletFacts): string {
  const { kubelet } = facts;
  const at = kubelet.lastExit?.at ? ` at ${kubelet.lastExit.at}` : '';
  return stoppedOnPurpose(facts) ? `it was told to stop${at}` : `${exitOf(kubelet)}${at}`;
}

function exitOf({ lastExit, result, oomKillsLastHour }: ServiceStatus): string {
  const killed =
    oomKillsLastHour > 0 ? `, killed by the kernel for its memory ${oomKillsLastHour} times` : '';
  if (!lastExit) return `result ${result}${killed}`;
  return `${lastExit.how} with ${lastExit.how === 'exited' ? 'code' : 'signal'} ${lastExit.status}${killed}`;
}

function saidRecently(journal: Journal, name: keyof typeof KUBELET_PATTERNS): string | undefined {
  const found = journal.patterns.find((p) => p.pattern === KUBELET_PATTERNS[name]);
  if (!found?.lastAt || Date.parse(journal.hostTime) - Date.parse(found.lastAt) > RECENT_MS) return undefined;
  return `"${found.example?.slice(0, 200) ?? ''}" (${found.count} times, last at ${found.lastAt})`;
}

function evidenceOf({ kubelet, runtime, journal, leaseAgeSeconds, bootID }: KubeletFacts): string[] {
  return [
    `${kubelet.unit}: ${kubelet.activeState} (${kubelet.subState}), ${kubelet.restarts} automatic restarts`,
    `${runtime.unit}: ${runtime.loadState === 'loaded' ? `${runtime.activeState} (${runtime.subState})` : runtime.loadState}`,
    leaseAgeSeconds === null ? 'the node has no lease' : `its lease was renewed ${leaseAgeSeconds} s ago`,
    bootID === kubelet.bootId || bootID === ''
      ? 'the host has not been rebooted since it last reported'
      : 'the host has been rebooted since it last reported',
    ...(Math.abs(kubelet.clockAheadMs) > 1_000
      ? [`its clock is ${Math.round(kubelet.clockAheadMs / 1_000)} s ahead`]
      : []),
    ...journal.entries.slice(-5).map((e) => `${e.at} ${e.identifier}: ${e.message.slice(0, 200)}`),
  ];
}
