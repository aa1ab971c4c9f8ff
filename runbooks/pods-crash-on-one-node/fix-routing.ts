import { hosts } from '../../activities/hosts/contract.ts';
import { kubernetes } from '../../activities/kubernetes/contract.ts';
import { check, finding, hold } from '../../workflows/index.ts';
import type { Dependency } from '../analysis/dependency-service.ts';
import { KUBE_PROXY_DAEMONSET } from '../analysis/kube-proxy-runner.ts';
import { higherLimit } from '../analysis/memory-limit.ts';
import { diagnose, type Diagnosis } from './diagnose.ts';
import { giveMemory } from './give-memory.ts';
import { KUBE_PROXY } from './incident.ts';

const SYNC_SECONDS = 120;

interface Node {
  readonly host: string;
  readonly dependency: Dependency;
}

/**
 * Raises the limit, restarts, and waits until the node routes again: every rule as the API has it, and a connection
 * from the node itself. Where that does not come about it says why and asks. False: leave the node cordoned.
 */
export async function fixRouting(node: Node, found: Diagnosis, memoryMax?: string): Promise<boolean> {
  let diagnosis = found;
  let limit = memoryMax ?? found.limit?.memoryMax;
  while (limit !== undefined) {
    const since = await giveMemory(node.host, { limit, diagnosis, because: inWords(diagnosis) });
    const outcome = await waitForSync(node, since, limit);
    if (outcome === 'synced') {
      await proveConnection(node);
      await waitForOthers(diagnosis);
      return true;
    }
    if (outcome === 'leave') return false;
    ({ diagnosis, limit } = outcome);
  }
  return false;
}

/** Waits for the full sync. Where it does not come: why, and what now? */
async function waitForSync(
  { host, dependency }: Node,
  since: string | undefined,
  limit: string,
): Promise<'synced' | 'leave' | { diagnosis: Diagnosis; limit: string }> {
  for (;;) {
    const sync = await hosts.waitForKubeProxySync({
      host,
      unit: KUBE_PROXY,
      since,
      service: `${dependency.namespace}/${dependency.service}`,
      withinSeconds: SYNC_SECONDS,
    });
    if (sync.verdict === 'pass') {
      finding(`kube-proxy on ${host} has synced: ${sync.reason}`, {
        evidence: sync.conditions.map((c) => `${c.condition}: ${c.verdict}, ${c.reason}`),
      });
      return 'synced';
    }
    const diagnosis = await diagnose(host, dependency);
    const further =
      diagnosis.cause === 'memory-limit' ? higherLimit(limit, diagnosis.limit?.bytes) : undefined;
    const options: Record<string, string> = {
      wait: `look for another ${SYNC_SECONDS} seconds`,
      ...(further && { further: `propose a limit of ${further}` }),
      leave: `leave ${host} cordoned and hand over`,
    };
    const answer = await hold(`kube-proxy on ${host} has not synced with a limit of ${limit}`, {
      body: `**${host} stays cordoned.** The fix was carried out and did not help: ${sync.reason}\n\n${inWords(diagnosis)}`,
      options,
    });
    if (answer === 'further' && further) return { diagnosis, limit: further };
    if (answer !== 'wait') return 'leave';
  }
}

async function proveConnection({ host, dependency }: Node): Promise<void> {
  const { address, port, namespace, service } = dependency;
  await check(
    `${host} reaches ${address}:${port} again`,
    hosts.connectFromHost,
    { host, address, port },
    { within: '1 minute' },
  );
  finding(`${host} routes to ${namespace}/${service} again`, {
    evidence: `connected to ${address}:${port} from ${host}`,
  });
}

/** A DaemonSet that rolls by itself gives every node the new limit, one after the other. */
async function waitForOthers({ runner }: Diagnosis): Promise<void> {
  if (runner.by !== 'daemonset' || runner.of.updateStrategy === 'OnDelete') return;
  await check('kube-proxy is rolled out on every node', kubernetes.rolloutStatus, KUBE_PROXY_DAEMONSET, {
    within: '10 minutes',
  });
}

const inWords = ({ statement, evidence, limit }: Diagnosis): string =>
  [statement, evidence.map((e) => `- ${e}`).join('\n'), ...(limit ? [limit.reasoning] : [])].join('\n\n');
