import type { ServiceStatus } from '../../activities/hosts/contract.ts';
import type { Pod } from '../../activities/kubernetes/contract.ts';
import { podsOf } from './pods-of.ts';

/** The DaemonSet that kubeadm and most distributions run kube-proxy as. */
export const KUBE_PROXY_DAEMONSET = {
  namespace: 'kube-system',
  kind: 'DaemonSet',
  name: 'kube-proxy',
} as const;

/** What workloadResources says, as far as it matters here. */
export interface Template {
  readonly found: boolean;
  readonly updateStrategy?: string | null;
  readonly containers: readonly {
    readonly name: string;
    readonly kind: string;
    readonly limits: Readonly<Record<string, string>>;
  }[];
}

export interface KubeProxyPod {
  /** Undefined where the DaemonSet has none on the host. */
  readonly pod: Pod | undefined;
  readonly container: string;
  /** The memory limit that the DaemonSet's template asks for, as it is written there. */
  readonly limit: string | undefined;
  /** `OnDelete`: a pod takes a changed template when it is deleted. */
  readonly updateStrategy: string | null;
}

/** Who runs kube-proxy on a host: that is where a repair has to begin. */
export type KubeProxyRunner =
  | { readonly by: 'unit' }
  | { readonly by: 'daemonset'; readonly of: KubeProxyPod }
  | { readonly by: 'both' | 'nobody'; readonly statement: string };

/** A unit that is loaded and stopped counts only where no pod does its work. */
export function kubeProxyRunner(facts: {
  readonly status: Pick<ServiceStatus, 'host' | 'unit' | 'loadState' | 'activeState'>;
  readonly template: Template;
  /** Pods of its namespace on the host. */
  readonly pods: readonly Pod[];
}): KubeProxyRunner {
  const { status, template, pods } = facts;
  const { host, unit } = status;
  const pod = podsOf(pods, KUBE_PROXY_DAEMONSET).find((p) => p.condition !== 'terminating');
  const hasUnit = status.loadState !== 'not-found' && status.loadState !== 'masked';
  const unitRuns = hasUnit && status.activeState !== 'inactive' && status.activeState !== 'failed';
  if (pod && unitRuns) {
    return {
      by: 'both',
      statement: `Two kube-proxies run on ${host}, ${unit} and the pod ${pod.namespace}/${pod.name} of a DaemonSet: each writes over the other's rules.`,
    };
  }
  if (template.found && (pod !== undefined || !hasUnit)) {
    const main = template.containers.filter((c) => c.kind === 'main');
    const container = main.find((c) => c.name === KUBE_PROXY_DAEMONSET.name) ?? main[0];
    return {
      by: 'daemonset',
      of: {
        pod,
        container: container?.name ?? KUBE_PROXY_DAEMONSET.name,
        limit: container?.limits['memory'],
        updateStrategy: template.updateStrategy ?? null,
      },
    };
  }
  if (hasUnit) return { by: 'unit' };
  const { namespace, name } = KUBE_PROXY_DAEMONSET;
  return {
    by: 'nobody',
    statement: `Nobody known to this runbook runs kube-proxy on ${host}: there is neither ${unit} nor a DaemonSet ${namespace}/${name}. Another network plug-in may do its work.`,
  };
}
