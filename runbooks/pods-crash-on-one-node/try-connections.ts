import { kubernetes, type Pod } from '../../activities/kubernetes/contract.ts';
import { approve, carryOut, finding, propose } from '../../workflows/index.ts';
import { suspect } from '../analysis/blast-radius.ts';
import type { Dependency } from '../analysis/dependency-service.ts';
import { isHealthy } from '../analysis/is-sick.ts';
import type { Experiment, Experiments } from '../analysis/locate.ts';
import { refOf } from '../analysis/pods-of.ts';
import { connectionFromNode } from '../connection-from-node.ts';
import { ASK } from './incident.ts';
import type { Scene } from './look-at-pods.ts';

/** Does a healthy pod reach the dependency; does the suspect node; does another? */
export async function tryConnections(scene: Scene, dependency: Dependency): Promise<Experiments> {
  const connect = { host: dependency.address, port: dependency.port };
  const node = suspect(scene.radius, 'node')?.value;
  const healthy = scene.pods.find((p) => isHealthy(p) && p.node !== node);
  const fromNode = (name: string, { here }: { readonly here: boolean }) => ({
    from: `node ${name}`,
    ...{ here, node: name, change: kubernetes.probeFromNode({ node: name, connect }) },
  });
  const tries = [
    ...(node ? [fromNode(node, { here: true })] : []),
    ...otherNodes(scene.pods, node, node ? 1 : 2).map((other) => fromNode(other, { here: false })),
    ...(healthy
      ? [
          {
            from: `pod ${healthy.name}`,
            ...{ here: false, node: undefined },
            change: kubernetes.execInPod({ pod: refOf(healthy), connect }),
          },
        ]
      : []),
  ];
  if (tries.length === 0) return { elsewhere: [] };
  const plan = await propose(
    `Find out who reaches ${dependency.namespace}/${dependency.service}`,
    tries.map((t) => t.change),
    { because: `${scene.radius.summary} Short-lived connections, nothing is sent.` },
  );
  const answers = await carryOut(await approve(plan, ASK), { allowSkip: true });
  const skipped = { verdict: 'unknown', reason: 'it was skipped' } as const;
  const experiments = await Promise.all(
    tries.map(async ({ from, here, node: at }, i) => {
      const answer = answers[i];
      const { verdict, reason } = at
        ? await connectionFromNode(answer, { node: at, connect })
        : (answer ?? skipped);
      return { from, here, verdict, reason };
    }),
  );
  finding(`Who reaches ${dependency.namespace}/${dependency.service} at ${connect.host}:${connect.port}?`, {
    evidence: Object.fromEntries(experiments.map((e) => [e.from, `${e.verdict}: ${e.reason}`])),
  });
  return {
    suspectNode: experiments.find((e) => e.here) satisfies Experiment | undefined,
    elsewhere: experiments.filter((e) => !e.here),
  };
}

/** Nodes on which pods of the service run, those with healthy pods first. */
function otherNodes(pods: readonly Pod[], not: string | undefined, count: number): string[] {
  const ordered = [...pods].sort((a, b) => Number(isHealthy(b)) - Number(isHealthy(a)));
  const nodes = ordered.flatMap((p) => (p.node && p.node !== not ? [p.node] : []));
  return [...new Set(nodes)].slice(0, count);
}
