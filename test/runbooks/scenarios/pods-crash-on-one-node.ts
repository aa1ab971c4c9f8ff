import { tickets } from '../../../activities/tickets/contract.ts';
import podsCrashOnOneNode from '../../../runbooks/pods-crash-on-one-node.ts';
import type { Scenario } from '../../../testing/index.ts';
import { remembering } from '../remembering.ts';
import { World, worldSteps } from '../world.ts';

/** One pod on each of three nodes, of which the third does not route: its kube-proxy is killed at its limit. */
const scenario: Scenario = async (stage) => {
  const world = new World('shop', { now: stage.now }).add({ node: 1 }, { node: 2 }, { node: 3 });
  world.bad.nodes.add('shop-w3');
  stage.use(...worldSteps([world]).map(remembering)).change(tickets.open, {
    plan: { preconditions: { ticket: 'NS-0123456789' } },
    apply: { ticket: 'NS-0123456789', location: 'tickets/1' },
  });
  stage
    .person('ana', 'payments-oncall')
    .approves('Move shop off shop-w3')
    .approves(/^Give kube-proxy on shop-w3 96M/);
  const run = await stage.run(podsCrashOnOneNode, { namespace: 'shop', service: 'shop' });
  run
    .ended('completed')
    .leftNothing()
    .reminds(/memory on every node/);
};
export default scenario;
