import type { KeyObject } from 'node:crypto';
import type {
  CallContext,
  ImplementedChange,
  ImplementedRead,
  ImplementedStep,
} from '../../activities/kit/index.ts';
import type {
  DisruptionBudget,
  Authority,
  BusinessHours,
  Policy,
  RunbookAuthors,
} from '../../config/index.ts';
import type { Ledger } from '../../ledger/api.ts';
import type { Write } from '../../workflows/agreement.ts';
import type { Unanswered } from '../../workflows/engine-activities.ts';
import type { MissingRightsOf } from './preflight.ts';

/** What the worker's activities are made from. */
export interface ActivityDependencies extends Authority {
  readonly deployment: string;
  readonly ledger: Ledger;
  readonly steps: readonly ImplementedStep[];
  /** Name of the default cluster: the one that changes happen in that name none. Locks are kept under it. */
  readonly cluster: string;
  /** The names of all clusters where there are several. */
  readonly clusters?: readonly string[] | undefined;
  /** Public keys of the gateways, by key id. */
  readonly gatewayKeys: ReadonlyMap<string, KeyObject>;
  readonly policy?: Policy | undefined;
  readonly businessHours?: BusinessHours | undefined;
  /** Holds and offers to undo remind and escalate by it; they wait in silence without it. */
  readonly unanswered?: Unanswered | undefined;
  readonly authors?: RunbookAuthors | undefined;
  readonly budgets?: readonly DisruptionBudget[] | undefined;
  /** Who wrote to a target since then, as far as its system remembers; nobody knows without it. */
  readonly whoWrote?:
    ((target: string, since: string, context: CallContext) => Promise<readonly Write[]>) | undefined;
  /** What the accounts of this process may not do of what these calls of steps need; nobody asks without it. */
  readonly missingRights?: MissingRightsOf | undefined;
  /** Aborted when the process is asked to stop: what only waits leaves at once. */
  readonly stopping?: AbortSignal | undefined;
  /** Names this process in intents. */
  readonly worker: string;
  /** The ledger's clock as milliseconds since 1970; the machine's own without it. A test of a runbook skips time with it. */
  readonly now?: (() => number) | undefined;
}

export const nowOf = ({ now }: Pick<ActivityDependencies, 'now'>): number => (now ?? Date.now)();

export const isRead = (step: ImplementedStep): step is ImplementedRead => step.contract.effect === 'read';
export const isChange = (step: ImplementedStep): step is ImplementedChange =>
  step.contract.effect === 'change';

/** A read by its name, where this worker has it. */
export const readNamed = (steps: readonly ImplementedStep[], name: string): ImplementedRead | undefined =>
  steps.filter(isRead).find((s) => s.contract.name === name);

/** A step by its name. Throws with the names that exist, since a runbook of another version may ask for one that is gone. */
export function changeNamed(steps: readonly ImplementedStep[], name: string): ImplementedChange {
  const found = steps.filter(isChange).find((s) => s.contract.name === name);
  if (!found)
    throw new TypeError(
      `this worker has no change "${name}"; it has: ${steps
        .filter(isChange)
        .map((s) => s.contract.name)
        .join(', ')}`,
    );
  return found;
}
