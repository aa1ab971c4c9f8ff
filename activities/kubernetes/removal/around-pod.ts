import { StepFailure, type PlanContext } from '../../kit/index.ts';
import type { ApiClient } from '../client/client.ts';
import type { ObjectOf, RawNode, RawPod } from '../client/raw.ts';
import { cordonedEarlier } from '../nodes/earlier-cordons.ts';
import { roomForPod } from '../nodes/room-for-pod.ts';
import { oncePerPlan } from './once-per-plan.ts';

const RUNNING = 'status.phase!=Succeeded,status.phase!=Failed';
const MANY = 10_000;

interface AroundPod {
  readonly nodes: readonly RawNode[];
  /** Undefined where it is not allowed to look at them. */
  readonly budgets: readonly ObjectOf<'poddisruptionbudgets'>[] | undefined;
  /** Nodes with room for its successor; undefined where that cannot be told. */
  readonly room: readonly RawNode[] | undefined;
}

/** What decides what the removal of a pod means: nodes, disruption budgets, room for its successor. */
export async function aroundPod(api: ApiClient, pod: RawPod, context: PlanContext): Promise<AroundPod> {
  const { namespace } = pod.metadata ?? {};
  const [nodes, budgets, room] = await Promise.all([
    oncePerPlan(context, 'nodes', () => api.list('nodes', {}, context)),
    oncePerPlan(context, `budgets of ${namespace}`, () =>
      unlessRefused(api.list('poddisruptionbudgets', { namespace }, context)),
    ),
    oncePerPlan(context, 'pods', () =>
      unlessRefused(api.list('pods', { fieldSelector: RUNNING, atMost: MANY }, context)),
    ),
  ]);
  const without = new Set(cordonedEarlier(context.earlier).keys());
  return {
    nodes: nodes.items,
    budgets: budgets?.items,
    room: room && !room.more ? roomForPod({ pod, nodes: nodes.items, pods: room.items, without }) : undefined,
  };
}

/** Advice may be missing where it is not allowed to look; the plan says so. */
export async function unlessRefused<T>(listing: Promise<T>): Promise<T | undefined> {
  try {
    return await listing;
  } catch (error) {
    if (error instanceof StepFailure && error.kind === 'refused') return undefined;
    throw error;
  }
}
