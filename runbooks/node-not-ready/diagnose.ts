import { hosts } from '../../activities/hosts/contract.ts';
import { kubernetes } from '../../activities/kubernetes/contract.ts';
import { finding } from '../../workflows/index.ts';
import {
  KUBELET_PATTERNS,
  kubeletDiagnosis,
  stoppedOnPurpose,
  type KubeletDiagnosis,
} from '../analysis/kubelet-diagnosis.ts';

/** Asks the host: the kubelet, the container runtime under it, and what the kubelet last wrote. */
export async function diagnose(o: {
  node: string;
  kubelet: string;
  runtime: string;
}): Promise<KubeletDiagnosis & { readonly onPurpose: boolean }> {
  const host = o.node;
  const [kubelet, runtime, journal, { lease, bootID }] = await Promise.all([
    hosts.serviceStatus({ host, unit: o.kubelet }),
    hosts.serviceStatus({ host, unit: o.runtime }),
    hosts.journal({
      host,
      unit: o.kubelet,
      lastMinutes: 30,
      lines: 20,
      patterns: Object.values(KUBELET_PATTERNS),
    }),
    kubernetes.describeNode({ node: o.node }),
  ]);
  const leaseAgeSeconds = lease?.ageSeconds ?? null;
  const found = kubeletDiagnosis({ kubelet, runtime, journal, leaseAgeSeconds, bootID });
  finding(found.statement, { evidence: found.evidence });
  return { ...found, onPurpose: found.restart === o.kubelet && stoppedOnPurpose({ kubelet, journal }) };
}
