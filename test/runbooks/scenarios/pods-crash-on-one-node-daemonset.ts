import { tickets } from '../../../activities/tickets/contract.ts';
import podsCrashOnOneNode from '../../../runbooks/pods-crash-on-one-node.ts';
import type { Scenario } from '../../../testing/index.ts';
import { remembering } from '../remembering.ts';
import { WorldDaemonSet } from '../world-daemonset.ts';
import { World, worldSteps } from '../world.ts';

/** kube-proxy is a pod that takes a new limit only when it is deleted: what that changes is done once as well. */
const scenario: Scenario = async (stage) => {
  const world = new World('shop', { now: stage.now }).add({ node: 1 }, { node: 2 }, { node: 3 });
  world.daemonSet = new WorldDaemonSet(world, 'OnDelete');
  world.bad.nodes.add('shop-w3');
  stage.use(...worldSteps([world]).map(remembering)).change(tickets.open, {
    plan: { preconditions: { ticket: 'NS-0123456789' } },
    apply: { ticket: 'NS-0123456789', location: 'tickets/1' },
  });
  stage
    .person('ana', 'payments-oncall')
    .approves('Move shop off shop-w3')
    .approves(/^Give kube-proxy on shop-w3 96Mi/);
  const run = await stage.run(podsCrashOnOneNode, { namespace: 'shop', service: 'shop' });
  run
    .ended('completed')
    .leftNothing()
    .reminds(/run with the new memory limit/);
  const effects = world.effects.slice(-3);
  if (effects.join() !== 'limit 96Mi,delete kube-proxy-shop-w3,uncordon shop-w3')
    throw new Error(`what was done in the end: ${effects.join(', ')}`);
};
export default scenario;
