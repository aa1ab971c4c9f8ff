import type { NodeDescription } from '../../activities/kubernetes/contract.ts';
import { finding } from '../../workflows/index.ts';
import type { Dependency } from '../analysis/dependency-service.ts';
import { locate, type Location } from '../analysis/locate.ts';
import type { Rollout } from '../analysis/recent-rollout.ts';
import type { Scene } from './look-at-pods.ts';
import { tryConnections } from './try-connections.ts';

/** Sharing proves nothing: tries the connection that fails from the suspect node and from elsewhere, then decides. */
export async function findFault(o: {
  scene: Scene;
  node: NodeDescription | undefined;
  dependency: Dependency | undefined;
  rollout: Rollout | undefined;
}): Promise<Location> {
  const { scene, node, dependency, rollout } = o;
  const worthTrying = node === undefined || node.ready === 'True';
  const location = locate({
    radius: scene.radius,
    node,
    experiments: dependency && worthTrying ? await tryConnections(scene, dependency) : { elsewhere: [] },
    rolledOutJustBefore: rollout !== undefined,
  });
  finding(location.because, { evidence: `the fault is looked for in: ${location.fault}` });
  return location;
}
