import type { ClusterApi } from '../control-plane/cluster-api.ts';
import type { LabDetails } from '../details.ts';
import { bringKubeProxyImage } from '../images/kube-proxy-image.ts';
import { removeUnit } from './as-unit.ts';
import { limitNextPods, replacePodOn, rollOutDaemonSet } from './daemonset.ts';
import { hasSynced } from './has-synced.ts';
import type { KubeProxy } from './kube-proxy.ts';
import { waitForRouting } from './service-routing.ts';

/**
 * Measured on this lab, peak memory of the container: 15 MiB with the lab's own Services, 33 MiB with 400 more. A pod
 * counts less than a unit, which pays for the program's pages too.
 */
const TOO_LITTLE = '18Mi';

/** kube-proxy as a DaemonSet in kube-system. */
export function asDaemonSet(details: LabDetails, api: ClusterApi): KubeProxy {
  const { stateDirectory, nodes, workload } = details;
  return {
    async establish() {
      await bringKubeProxyImage(stateDirectory);
      await Promise.all(nodes.map(({ name }) => removeUnit({ stateDirectory, node: name })));
      await rollOutDaemonSet(api, nodes.length);
      await Promise.all(
        nodes.map(async ({ name }) => {
          const on = { stateDirectory, node: name };
          await hasSynced(on);
          await waitForRouting(on, { api, namespace: workload.namespace });
        }),
      );
    },
    // One template for all nodes: with OnDelete only a pod that is deleted takes the new limit, so only this node's does.
    giveTooLittle: () => limitNextPods(api, TOO_LITTLE),
    restart: (node) => replacePodOn(api, node),
  };
}
