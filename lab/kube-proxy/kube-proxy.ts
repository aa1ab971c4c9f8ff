import type { ClusterApi } from '../control-plane/cluster-api.ts';
import type { LabDetails } from '../details.ts';
import { asDaemonSet } from './as-daemonset.ts';
import { asUnit } from './as-unit.ts';

/** What the lab does with the kube-proxies of its nodes, whoever runs them. */
export interface KubeProxy {
  /** Puts everything back as `up` left it, whatever there was, and returns when every node routes by new rules. */
  establish(): Promise<void>;
  /** Gives kube-proxy of a node a memory limit that suffices for a handful of Services and not for hundreds. */
  giveTooLittle(node: string): Promise<void>;
  /** Ends the kube-proxy of a node; the next one starts with the limit that it was given. */
  restart(node: string): Promise<void>;
}

export function kubeProxyOf(details: LabDetails, api: ClusterApi): KubeProxy {
  return { unit: asUnit, daemonset: asDaemonSet }[details.kubeProxy](details, api);
}
