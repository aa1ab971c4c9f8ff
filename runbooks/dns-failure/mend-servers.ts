import type { ProposedChange } from '../../activities/kit/index.ts';
import { kubernetes, type Pod } from '../../activities/kubernetes/contract.ts';
import { putBackOf } from '../analysis/configuration-change.ts';
import type { DnsFault } from '../analysis/dns-fault.ts';
import { refOf } from '../analysis/pods-of.ts';
import type { Servers } from './look-at-servers.ts';

interface Mend {
  readonly title: string;
  readonly changes: readonly ProposedChange<unknown>[];
  readonly because: string;
  readonly done: string;
}

/** What mends the servers, or why nothing of ours does. */
export function mendServers(o: {
  readonly namespace: string;
  readonly judged: DnsFault;
  readonly pods: readonly Pod[];
  readonly servers: Servers;
}): Mend | { readonly reason: string; readonly next: string } {
  const { namespace, judged, pods, servers } = o;
  if (judged.fault === 'one-server') {
    const pod = pods.find((p) => p.name === judged.where[0])!;
    return {
      title: `Replace the DNS server ${pod.name}`,
      changes: [kubernetes.deletePod({ pod: refOf(pod), evenIfHealthy: true })],
      because: `${judged.because} The others serve meanwhile.`,
      done: `${pod.name} was replaced`,
    };
  }
  const edited = servers.sources.filter((s) => s.kind === 'ConfigMap' && s.changes.length > 0);
  const [source] = edited;
  if (!servers.workload || !source || edited.length > 1) {
    return {
      reason: `${judged.because} ${edited.length > 1 ? `${edited.length} ConfigMaps of the servers are not what was applied` : 'Nothing is known to have changed in the configuration of the servers'}.`,
      next:
        judged.fault === 'upstream'
          ? 'Ask the servers after forward in the Corefile from a node; whoever runs them has to be told.'
          : `kubectl logs -n ${namespace} ${pods[0]?.name ?? '-l k8s-app=kube-dns'}; nightshift run bad-rollout if they were released lately.`,
    };
  }
  const back = putBackOf(source, { log: servers.log });
  if (back.fault !== 'config-map')
    return {
      reason: `${judged.because} ${back.because}`,
      next: `kubectl edit configmap ${source.name} -n ${namespace}`,
    };
  const keys = Object.keys(back.values).join(', ');
  return {
    title: `Put ${keys} of ConfigMap ${source.name} back to what was applied, and restart ${servers.workload.name}`,
    changes: [
      kubernetes.setConfigMapKeys({ namespace, configMap: source.name, values: back.values }),
      kubernetes.rolloutRestart({ namespace, ...servers.workload }),
    ],
    because: `${judged.because} ConfigMap ${source.name} is not what was applied in ${keys}: ${source.lastEdit ? `${source.lastEdit.by} wrote it at ${source.lastEdit.at}` : 'who wrote it is not known'}.`,
    done: `${keys} of ConfigMap ${source.name} was put back`,
  };
}
