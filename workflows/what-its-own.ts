import type { PlannedUndo } from '../activities/kit/index.ts';

/**
 * What a run foresaw of a way back, as far as it is told to the run that takes that way: of a cordon only the run's own.
 * One that it found on the node is another run's, and was never its to take away.
 */
export function whatItsOwn(
  preconditions: PlannedUndo['preconditions'],
  run: string,
): PlannedUndo['preconditions'] {
  const { cordonedBy } = (preconditions ?? {}) as { cordonedBy?: unknown };
  if (typeof cordonedBy !== 'string' || runOf(cordonedBy) === run) return preconditions;
  return { ...(preconditions as Record<string, PlannedUndo['preconditions']>), cordonedBy: null };
}

/** Of an operation id, `deployment/workflowId/plan/position`. */
const runOf = (operation: string) => operation.split('/').slice(1, -2).join('/');
