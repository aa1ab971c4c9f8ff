import type { Pod } from '../../activities/kubernetes/contract.ts';
import { pod } from './pod.ts';
import { rollout } from './rollout.ts';
import type { World } from './world.ts';

const MiB = 1024 * 1024;

/** kube-proxy of a world as a DaemonSet: a node that does not route has a pod that is killed for its memory. */
export class WorldDaemonSet {
  readonly updateStrategy: 'RollingUpdate' | 'OnDelete';
  readonly #world: World;
  readonly #generations = new Map<string, number>();

  constructor(world: World, updateStrategy: 'RollingUpdate' | 'OnDelete') {
    this.#world = world;
    this.updateStrategy = updateStrategy;
  }

  get pods(): Pod[] {
    return this.#nodes().map((node) => {
      const sick = this.#world.bad.nodes.has(node);
      const made = pod(`kube-proxy-${node}`, { node, condition: sick ? 'sick' : 'healthy' });
      const startedAt = this.#world.ago(sick ? 40 : 5);
      const lastTermination = {
        reason: 'OOMKilled',
        exitCode: 137,
        startedAt,
        finishedAt: this.#world.ago(30),
      };
      return {
        ...made,
        namespace: 'kube-system',
        uid: `${made.name}-${this.#generations.get(node) ?? 1}`,
        because: sick ? 'kube-proxy: CrashLoopBackOff (OOMKilled)' : 'ready',
        owner: { kind: 'DaemonSet', name: 'kube-proxy', uid: 'ds' },
        workload: { kind: 'DaemonSet', name: 'kube-proxy', uid: 'ds' },
        containers: made.containers.map((c) => ({
          ...c,
          name: 'kube-proxy',
          ...(sick ? { restarts: 4, lastTermination } : { startedAt }),
        })),
      };
    });
  }

  readonly rollout = rollout(true);

  limit(memory: string): void {
    this.#world.effects.push(`limit ${memory}`);
    this.#world.kubeProxy.limitBytes = Number.parseInt(memory, 10) * MiB;
    if (this.updateStrategy === 'RollingUpdate') for (const node of this.#nodes()) this.#replace(node);
  }

  delete(name: string): void {
    this.#world.effects.push(`delete ${name}`);
    this.#replace(name.replace('kube-proxy-', ''));
  }

  #replace(node: string): void {
    this.#generations.set(node, (this.#generations.get(node) ?? 1) + 1);
    const { limitBytes, needBytes } = this.#world.kubeProxy;
    if (limitBytes >= needBytes) this.#world.bad.nodes.delete(node);
  }

  #nodes = (): string[] => [1, 2, 3].map(this.#world.node);
}

/** The DaemonSet as workloadResources gives it; not found where no world has one. */
export function kubeProxyTemplate(world: World | undefined) {
  if (!world?.daemonSet) return { found: false, replicas: null, containers: [] };
  const limits = { memory: `${world.kubeProxy.limitBytes / MiB}Mi` };
  return {
    found: true,
    replicas: 3,
    updateStrategy: world.daemonSet.updateStrategy,
    containers: [{ name: 'kube-proxy', kind: 'main' as const, image: 'kube-proxy:1', requests: {}, limits }],
  };
}
