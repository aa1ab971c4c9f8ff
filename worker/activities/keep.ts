import type { ApplyContext } from '../../activities/kit/index.ts';
import { LedgerRefused, LedgerUnavailable } from '../../ledger/errors.ts';
import { workflowId } from './call-context.ts';
import type { ActivityDependencies } from './dependencies.ts';

/** Keeps the artefacts of the run that this activity is of. */
export function keeping({ ledger }: Pick<ActivityDependencies, 'ledger'>): ApplyContext['keep'] {
  const of = workflowId();
  return async (artefact) => {
    try {
      return await ledger.keepArtefact({ workflowId: of, ...artefact });
    } catch (error) {
      if (error instanceof LedgerRefused || error instanceof LedgerUnavailable) return undefined;
      throw error;
    }
  };
}
