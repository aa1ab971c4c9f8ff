import type { PlanHolds, Position } from '../activities/kit/index.ts';
import { changeAt, isApproved, type GrantedPlan } from './plan.ts';

/**
 * What a change keeps other runs from: all that its plan was approved to change, until the last put-back. Word to people
 * and an undo hold their own target only, and for as long as they take.
 */
export function holdsOf(granted: GrantedPlan, position: Position): PlanHolds | undefined {
  if (position.kind === 'undo' || changeAt(granted, position).risk === 'notify') return undefined;
  const approved = granted.planned.filter((_, index) => isApproved(granted, index));
  const effects = [...approved, ...granted.plannedPutBacks];
  const targets = effects.filter((change) => change.risk !== 'notify').map((change) => change.target);
  return { targets: [...new Set(targets)].sort(), effects: effects.length, insteadOf: granted.insteadOf };
}
