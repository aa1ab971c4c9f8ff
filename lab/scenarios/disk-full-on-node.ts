import { applyManifests } from '../control-plane/apply-manifests.ts';
import type { NodeName } from '../layout.ts';
import { until } from '../machine/until.ts';
import { insideNode } from '../node/inside-node.ts';
import type { Scenario } from './scenario.ts';
import { deployment, untilReady } from './shop.ts';

const NODE: NodeName = 'node-worker-3';
/** A disk of its own for the logs of new containers; those that run already go on writing where they did. */
const LOGS = '/var/log/pods';
const SIZE = '10m';

/** 9 MB of log at once, a time beside each line: less than what the kubelet rotates at. Then a line a second. */
const CHATTERS =
  'yes "DEBUG cart 4711: nothing to do, looking again" | head -c 5000000; while :; do echo "DEBUG still nothing to do"; sleep 1; done';

export const diskFullOnNode: Scenario = {
  shows: `Logs of ${NODE} are on a small disk, and one container writes it full.`,
  async play({ api, details: { stateDirectory } }) {
    const node = { stateDirectory, node: NODE };
    await insideNode(node, ['mount', '-t', 'tmpfs', '-o', `size=${SIZE},mode=755`, 'lab-logs', LOGS]);
    await applyManifests(api, [
      deployment({ name: 'cart', runs: CHATTERS, pod: { nodeSelector: { 'kubernetes.io/hostname': NODE } } }),
    ]);
    await until(
      `${LOGS} is full`,
      async () => {
        const { stdout } = await insideNode(node, ['df', '--output=pcent', LOGS]);
        return Number(/(\d+)%/.exec(stdout)?.[1]) > 85;
      },
      { within: 300_000, every: 300 },
    );
    // The log of a container is not given out before the API server knows that it runs.
    await untilReady(api, 'cart', 1);
  },
  async heal({ api, details: { stateDirectory } }) {
    await api.request('DELETE', '/apis/apps/v1/namespaces/shop/deployments/cart');
    const node = { stateDirectory, node: NODE };
    const { stdout } = await insideNode(node, ['sh', '-c', `grep -c ' ${LOGS} ' /proc/mounts || :`]);
    for (let mounts = Number(stdout); mounts > 0; mounts -= 1) await insideNode(node, ['umount', '-l', LOGS]);
  },
};
