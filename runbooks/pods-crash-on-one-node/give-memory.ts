import { hosts } from '../../activities/hosts/contract.ts';
import { kubernetes } from '../../activities/kubernetes/contract.ts';
import { approve, carryOut, check, propose } from '../../workflows/index.ts';
import { KUBE_PROXY_DAEMONSET, type KubeProxyPod } from '../analysis/kube-proxy-runner.ts';
import { quantityOf } from '../analysis/memory-limit.ts';
import { podsOf, refOf } from '../analysis/pods-of.ts';
import { startOfSuccessor } from '../analysis/start-of-successor.ts';
import type { Diagnosis } from './diagnose.ts';
import { ASK, KUBE_PROXY } from './incident.ts';

/**
 * Raises kube-proxy's memory limit where its runner takes it from and has a new process start with it. The limit is in
 * systemd's notation. Answers when that process began, by the host's clock; undefined where nobody saw it begin.
 */
export function giveMemory(
  host: string,
  o: { readonly limit: string; readonly diagnosis: Diagnosis; readonly because: string },
): Promise<string | undefined> {
  const { runner } = o.diagnosis;
  return runner.by === 'daemonset' ? toDaemonSet(host, runner.of, o) : toUnit(host, o);
}

async function toUnit(host: string, o: { limit: string; because: string }): Promise<string> {
  const plan = await propose(
    `Give kube-proxy on ${host} ${o.limit} of memory`,
    [
      hosts.setServiceLimit({ host, unit: KUBE_PROXY, memoryMax: o.limit }),
      hosts.restartService({ host, unit: KUBE_PROXY }),
    ],
    { because: o.because },
  );
  const [, restarted] = await carryOut(await approve(plan, ASK));
  return restarted.startedAt;
}

/** The template is every node's: it rolls by itself, or with OnDelete where a pod is deleted, which is here. */
async function toDaemonSet(
  host: string,
  { pod, container, updateStrategy }: KubeProxyPod,
  o: { limit: string; because: string },
): Promise<string | undefined> {
  const memory = quantityOf(o.limit);
  const byHand = updateStrategy === 'OnDelete';
  const amount = memory ?? 'any amount';
  const plan = await propose(
    byHand
      ? `Give kube-proxy on ${host} ${amount} of memory`
      : `Give kube-proxy ${amount} of memory, on ${host} and every other node`,
    [
      kubernetes.setResources({ ...KUBE_PROXY_DAEMONSET, container, limits: { memory } }),
      // Between two kills it runs for a moment and counts as healthy.
      ...(byHand && pod ? [kubernetes.deletePod({ pod: refOf(pod), evenIfHealthy: true })] : []),
    ],
    { because: o.because },
  );
  await carryOut(await approve(plan, ASK));
  let began: string | undefined;
  await check(
    `${host} has a new pod of kube-proxy`,
    async () => {
      const { namespace } = KUBE_PROXY_DAEMONSET;
      const { pods } = await kubernetes.listPods({ namespace, node: host });
      const successor = startOfSuccessor(podsOf(pods, KUBE_PROXY_DAEMONSET), { of: pod?.uid, container });
      began = successor.startedAt;
      return successor;
    },
    { within: '5 minutes' },
  );
  return began;
}
