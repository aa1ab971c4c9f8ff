import type { Pod } from '../../activities/kubernetes/contract.ts';

export interface PodSketch {
  readonly condition?: Pod['condition'];
  readonly node?: string | null;
  readonly zone?: string | null;
  readonly revision?: number | null;
  readonly image?: string;
  readonly workload?: string;
  readonly restarts?: number;
  readonly crashedAt?: string;
}

let made = 0;

/** A pod as listPods gives it, of which a test says only what matters. */
export function pod(name: string, sketch: PodSketch = {}): Pod {
  const { condition = 'healthy', node = 'worker-1', zone = null, revision = 1, image = 'shop:1' } = sketch;
  const { workload = 'shop', restarts = 0, crashedAt } = sketch;
  const last = crashedAt
    ? { reason: 'Error', exitCode: 1, startedAt: crashedAt, finishedAt: crashedAt }
    : undefined;
  return {
    namespace: 'shop',
    name,
    uid: `uid-${name}-${++made}`,
    created: '2026-11-21T02:40:00Z',
    phase: 'Running',
    status: condition === 'sick' ? 'CrashLoopBackOff' : 'Running',
    ready: condition === 'healthy',
    condition,
    because: condition,
    restarts,
    ...(last && { lastTermination: { container: 'main', ...last } }),
    node,
    zone,
    podIP: null,
    owner: { kind: 'ReplicaSet', name: `${workload}-${revision}`, uid: 'rs' },
    workload: { kind: 'Deployment', name: workload, uid: 'deployment' },
    revision,
    templateHash: revision === null ? null : `hash-${revision}`,
    images: [image],
    containers: [
      {
        name: 'main',
        kind: 'main',
        image,
        ready: condition === 'healthy',
        restarts,
        state: condition === 'sick' ? 'waiting' : 'running',
        ...(last && { lastTermination: last }),
      },
    ],
  };
}

export const sick = (name: string, sketch: PodSketch = {}): Pod =>
  pod(name, { condition: 'sick', restarts: 3, crashedAt: '2026-11-21T02:46:00Z', ...sketch });
