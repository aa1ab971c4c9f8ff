import { hosts } from '../../activities/hosts/contract.ts';
import { kubernetes } from '../../activities/kubernetes/contract.ts';
import { finding } from '../../workflows/index.ts';
import type { Dependency } from '../analysis/dependency-service.ts';
import { kubeProxyDiagnosis, type KubeProxyDiagnosis } from '../analysis/kube-proxy-diagnosis.ts';
import { KUBE_PROXY } from './incident.ts';

/**
 * Why does this node not route? kube-proxy's state on the host, its restarts and OOM kills in the journal, its memory
 * limit against the number of Services, and when that number grew.
 */
export async function diagnose(
  host: string,
  { namespace, service }: Dependency,
): Promise<KubeProxyDiagnosis> {
  const [status, journal, services, sync, inCluster] = await Promise.all([
    hosts.serviceStatus({ host, unit: KUBE_PROXY }),
    hosts.journal({ host, unit: KUBE_PROXY, lastMinutes: 60, lines: 20 }),
    kubernetes.listServices({ limit: 0 }),
    hosts.kubeProxySynced({ host, unit: KUBE_PROXY, service: `${namespace}/${service}` }),
    kubernetes.workloadResources({ namespace: 'kube-system', kind: 'DaemonSet', name: 'kube-proxy' }),
  ]);
  const diagnosis = kubeProxyDiagnosis({ status, journal, services, sync, asDaemonSet: inCluster.found });
  finding(diagnosis.statement, { evidence: diagnosis.evidence });
  return diagnosis;
}
