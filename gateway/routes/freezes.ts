import type { Freeze, Ledger } from '../../ledger/api.ts';
import { LedgerRefused } from '../../ledger/errors.ts';
import { freeze, liftFreeze, listFreezes } from '../api/freezes.ts';
import type { RunbookDefinition } from '../../workflows/define-runbook.ts';
import { ProblemError } from '../problem-error.ts';
import type { Serve } from '../serve.ts';

interface Dependencies {
  readonly ledger: Ledger;
  readonly runbooks: readonly RunbookDefinition[];
  /** The names of the deployment's clusters. */
  readonly clusters: readonly string[];
}

export function serveFreezes(serve: Serve, dependencies: Dependencies): void {
  const { ledger } = dependencies;
  serve(listFreezes, async () => ({ freezes: [...(await ledger.freezes())] }));

  serve(freeze, async ({ body, caller }) => {
    await mustStopSomething(body, dependencies);
    return ledger.freeze({ ...body, by: caller.person });
  });

  serve(liftFreeze, async ({ params: { id }, caller }) => {
    await ledger.lift(id, caller.person).catch(notFound);
    return { lifted: true as const };
  });
}

/** A freeze of a name that nothing has, or of a time that is over, would say "frozen" and stop nothing. */
async function mustStopSomething(
  { scope, until }: Pick<Freeze, 'scope' | 'until'>,
  { ledger, runbooks, clusters }: Dependencies,
): Promise<void> {
  if (until !== undefined && Date.parse(until) <= Date.parse(await ledger.now()))
    throw wrong('until', `${until} is over; name a later moment, or none`);
  if (scope.kind === 'cluster' && !clusters.includes(scope.name))
    throw wrong(
      'scope.name',
      `no cluster is called "${scope.name}"; ${clusters.length === 0 ? 'this deployment has none' : `there is ${clusters.map((name) => `"${name}"`).join(', ')}`}`,
    );
  if (scope.kind !== 'runbook' || runbooks.some(({ id }) => id === scope.name)) return;
  // One that is no longer in the catalogue may have runs that are not over.
  const runs = await ledger.runs({ runbook: scope.name, limit: 1 });
  if (runs.length === 0)
    throw wrong('scope.name', `no runbook is called "${scope.name}"; "nightshift runbooks" lists them`);
}

const wrong = (field: string, message: string): ProblemError =>
  new ProblemError('bad-request', message, { fields: [{ field, message }] });

/** The ledger refuses to touch what it does not have. */
export function notFound(error: unknown): never {
  if (error instanceof LedgerRefused) throw new ProblemError('not-found', error.message, { cause: error });
  throw error;
}
