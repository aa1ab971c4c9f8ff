import type { ClusterApi } from '../control-plane/cluster-api.ts';
import type { LabDetails } from '../details.ts';
import { removeKubeProxyImage } from '../images/kube-proxy-image.ts';
import { insideNode } from '../node/inside-node.ts';
import { KUBE_PROXY_SERVICE } from '../node/units.ts';
import { removeDaemonSet } from './daemonset.ts';
import type { KubeProxy } from './kube-proxy.ts';
import { hasSynced, type OnNode } from './has-synced.ts';
import { waitForRouting } from './service-routing.ts';

/**
 * Measured on this lab, peak memory of kube-proxy with its children: 15 MB with the lab's own Services, 43 MB
 * in the first sync with 400 more. At 20 MB the first is always well and the second always killed.
 */
const TOO_LITTLE = '20M';

const UNIT = '/etc/systemd/system/kube-proxy.service';
/** Sorts before what anybody adds later, so that a repair in a drop-in of its own wins. */
const DROP_IN = `${UNIT}.d/10-memory.conf`;

/** kube-proxy as a systemd unit of each node. */
export function asUnit(details: LabDetails, api: ClusterApi): KubeProxy {
  const on = (node: string): OnNode => ({ stateDirectory: details.stateDirectory, node });
  const { namespace } = details.workload;
  return {
    async establish() {
      if (await removeDaemonSet(api)) await removeKubeProxyImage(details.stateDirectory);
      await Promise.all(
        details.nodes.map(async ({ name }) => {
          await startUnit(on(name));
          await hasSynced(on(name));
          await waitForRouting(on(name), { api, namespace });
        }),
      );
    },
    async giveTooLittle(node) {
      const content = `# Set when the node had a handful of Services.\n[Service]\nMemoryMax=${TOO_LITTLE}\n`;
      await insideNode(on(node), ['sh', '-c', 'mkdir -p "${1%/*}" && cat > "$1"', 'sh', DROP_IN], {
        input: content,
      });
      await insideNode(on(node), ['systemctl', 'daemon-reload']);
      await restart(on(node));
      await waitForRouting(on(node), { api, namespace });
    },
    restart: (node) => restart(on(node)),
  };
}

/** Starts the unit as it comes with the node: every drop-in goes, whoever made it. */
async function startUnit(on: OnNode): Promise<void> {
  await insideNode(on, ['sh', '-c', 'rm -rf "$1.d" && cat > "$1"', 'sh', UNIT], {
    input: KUBE_PROXY_SERVICE,
  });
  await insideNode(on, ['systemctl', 'daemon-reload']);
  await restart(on);
}

/** Ends the unit and takes it away, so that systemd knows of none. Rules that it wrote stay. */
export async function removeUnit(on: OnNode): Promise<void> {
  const script =
    '! [ -e "$1" ] || { systemctl stop kube-proxy.service && rm -rf "$1" "$1.d" && systemctl daemon-reload; }';
  await insideNode(on, ['sh', '-c', script, 'sh', UNIT]);
}

/** Not `restart`: one that meets an automatic restart on its way counts as automatic, and as not stable for two minutes. */
async function restart(on: OnNode): Promise<void> {
  await insideNode(on, ['systemctl', 'stop', 'kube-proxy.service']);
  // Forgets how often it was restarted; a unit that never ran has nothing to forget.
  await insideNode(on, ['sh', '-c', 'systemctl reset-failed kube-proxy.service 2> /dev/null || :']);
  await insideNode(on, ['systemctl', 'start', 'kube-proxy.service']);
}
