import { hosts } from '../../activities/hosts/contract.ts';
import { kubernetes } from '../../activities/kubernetes/contract.ts';
import { finding } from '../../workflows/index.ts';
import type { Dependency } from '../analysis/dependency-service.ts';
import { kubeProxyDiagnosis, type KubeProxyDiagnosis } from '../analysis/kube-proxy-diagnosis.ts';
import { kubeProxyPodDiagnosis } from '../analysis/kube-proxy-pod-diagnosis.ts';
import {
  kubeProxyRunner,
  KUBE_PROXY_DAEMONSET,
  type KubeProxyRunner,
} from '../analysis/kube-proxy-runner.ts';
import { KUBE_PROXY } from './incident.ts';

export interface Diagnosis extends KubeProxyDiagnosis {
  readonly runner: KubeProxyRunner;
}

/**
 * Why does this node not route? Who runs kube-proxy there, its state, its restarts and OOM kills, its memory limit
 * against the number of Services, and when that number grew.
 */
export async function diagnose(host: string, { namespace, service }: Dependency): Promise<Diagnosis> {
  const [status, template, here, services, sync] = await Promise.all([
    hosts.serviceStatus({ host, unit: KUBE_PROXY }),
    kubernetes.workloadResources(KUBE_PROXY_DAEMONSET),
    kubernetes.listPods({ namespace: KUBE_PROXY_DAEMONSET.namespace, node: host }),
    kubernetes.listServices({ limit: 0 }),
    hosts.kubeProxySynced({ host, unit: KUBE_PROXY, service: `${namespace}/${service}` }),
  ]);
  const runner = kubeProxyRunner({ status, template, pods: here.pods });
  const diagnosis = await ofRunner();
  finding(diagnosis.statement, { evidence: diagnosis.evidence });
  return { ...diagnosis, runner };

  async function ofRunner(): Promise<KubeProxyDiagnosis> {
    switch (runner.by) {
      case 'unit': {
        const journal = await hosts.journal({ host, unit: KUBE_PROXY, lastMinutes: 60, lines: 20 });
        return kubeProxyDiagnosis({ status, journal, services, sync });
      }
      case 'daemonset': {
        const kernel = await hosts.kernelMessages({ host, lastMinutes: 60, lines: 0 });
        return kubeProxyPodDiagnosis({ host, of: runner.of, kernel, services, sync });
      }
      default:
        return {
          cause: 'unclear',
          statement: runner.statement,
          evidence: [`synced: ${sync.verdict}, ${sync.reason}`],
        };
    }
  }
}
