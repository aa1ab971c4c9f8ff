import type { ClusterApi } from '../control-plane/cluster-api.ts';
import { writeDetails, type KubeProxyMode, type LabDetails } from '../details.ts';
import { stage, type OnProgress } from '../events.ts';
import { kubeProxyOf } from './kube-proxy.ts';

const MOVED: Readonly<Record<KubeProxyMode, string>> = {
  unit: 'kube-proxy becomes a systemd unit of each node',
  daemonset: 'kube-proxy becomes a DaemonSet in kube-system',
};

/**
 * Hands the nodes' kube-proxies over from one to the other, as a cluster is migrated: rules stay in force meanwhile.
 * Answers the lab's details, which say it before it is so: healing completes a move that was cut off.
 */
export async function moveKubeProxy(
  details: LabDetails,
  of: { readonly to: KubeProxyMode; readonly api: ClusterApi; readonly onProgress: OnProgress },
): Promise<LabDetails> {
  const moved = { ...details, kubeProxy: of.to };
  await writeDetails(moved);
  await stage(of.onProgress, 'kube-proxy', MOVED[of.to], () => kubeProxyOf(moved, of.api).establish());
  return moved;
}
