import { hosts } from '../../activities/hosts/contract.ts';
import { kubernetes } from '../../activities/kubernetes/contract.ts';
import { prometheus } from '../../activities/prometheus/contract.ts';
import { approve, carryOut, check, finding, propose, type GrantedPlan } from '../../workflows/index.ts';
import type { Dependency } from '../analysis/dependency-service.ts';
import { isSick } from '../analysis/is-sick.ts';
import { ASK, KUBE_PROXY, TOLERABLE, type Incident } from './incident.ts';
import { refOf } from '../analysis/pods-of.ts';
import type { Scene } from './look-at-pods.ts';

export interface Mitigation {
  /** The plan under which the node is uncordoned later. */
  readonly granted: GrantedPlan;
  /** When users were well again; undefined when a person went on without seeing that. */
  readonly mitigatedAt: string | undefined;
}

/**
 * Users first: nothing new onto the node, the sick pods elsewhere, and see that it helps. The uncordon is approved
 * here too; it happens when kube-proxy on the node has been seen to be in sync, and not before.
 */
export async function mitigate(
  incident: Incident,
  o: { node: string; scene: Scene; dependency: Dependency; because: string },
): Promise<Mitigation> {
  const { namespace, service } = incident;
  const { node, scene, dependency } = o;
  const target = `${dependency.namespace}/${dependency.service}`;
  const uncordon = kubernetes
    .uncordonNode({ node })
    .once(hosts.kubeProxySynced, { host: node, unit: KUBE_PROXY, service: target }, { maxAge: '30s' });

  const sick = await sickOn(node, incident, scene);
  const plan = await propose(
    `Move ${service} off ${node}`,
    [
      kubernetes.cordonNode({
        node,
        reason: `pods of ${namespace}/${service} cannot reach ${target} from here`,
      }),
      ...sick.map((pod) => kubernetes.deletePod({ pod: refOf(pod) })),
    ],
    { because: o.because, putBack: [uncordon] },
  );
  const granted = await approve(plan, ASK);
  await carryOut(granted);
  await moveTheRest(node, incident, scene);

  const mitigatedAt = await usersAreWellSince(incident, scene);
  if (mitigatedAt) {
    finding(`${service} is well again; ${node} takes no new pods`, { evidence: { since: mitigatedAt } });
  }
  return { granted, mitigatedAt };
}

/** Waits until the pods are all there and ready and users see it. Answers when; undefined when a person skipped a check. */
export async function usersAreWellSince(
  { namespace, service }: Incident,
  { selector, pods }: Scene,
): Promise<string | undefined> {
  const wanted = await desiredPods(namespace, pods);
  const ready = await check(
    `All pods of ${service} are ready`,
    kubernetes.podsReady,
    { namespace, selector, atLeast: wanted, readyFor: 5 },
    { within: '5 minutes' },
  );
  const served = await check(
    `Users of ${service} are served again`,
    prometheus.errorRateBelow,
    { namespace, service, below: TOLERABLE },
    { within: '5 minutes' },
  );
  return ready === 'passed' && served === 'passed' ? new Date().toISOString() : undefined;
}

/** Pods that fell sick on the node, or came to it, while the plan was being approved: another plan, another yes. */
async function moveTheRest(node: string, incident: Incident, scene: Scene): Promise<void> {
  const rest = await sickOn(node, incident, scene);
  if (rest.length === 0) return;
  const plan = await propose(
    `Move the rest of ${incident.service} off ${node}`,
    rest.map((pod) => kubernetes.deletePod({ pod: refOf(pod) })),
    { because: 'These pods fell sick on the node, or were started there, after the first plan was made.' },
  );
  await carryOut(await approve(plan, ASK));
}

async function sickOn(node: string, { namespace }: Incident, { selector }: Scene) {
  const { pods } = await kubernetes.listPods({ namespace, selector, node });
  return pods.filter(isSick);
}

/** How many the Deployment wants; at least one where no single one is in charge. */
async function desiredPods(namespace: string, pods: Scene['pods']): Promise<number> {
  const names = new Set(pods.flatMap((p) => (p.workload?.kind === 'Deployment' ? [p.workload.name] : [])));
  const [name] = names;
  if (names.size !== 1 || !name) return 1;
  const { desired } = await kubernetes.rolloutStatus({ namespace, name });
  return Math.max(1, desired);
}
