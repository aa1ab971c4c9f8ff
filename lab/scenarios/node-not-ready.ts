import type { NodeName } from '../layout.ts';
import { until } from '../machine/until.ts';
import { insideNode } from '../node/inside-node.ts';
import { isReady } from '../workloads/conditions.ts';
import { listNodes } from '../workloads/objects.ts';
import type { Scenario } from './scenario.ts';

const NODE: NodeName = 'node-worker-3';

export const nodeNotReady: Scenario = {
  shows: `The kubelet of ${NODE} is stopped; its containers go on.`,
  async play({ api, details: { stateDirectory } }) {
    await insideNode({ stateDirectory, node: NODE }, ['systemctl', 'stop', 'kubelet.service']);
    await until(
      `${NODE} is not Ready`,
      async () => (await listNodes(api)).some((n) => n.metadata.name === NODE && !isReady(n)),
      { within: 300_000, every: 500 },
    );
  },
};
