import type { Ledger } from '../../ledger/api.ts';
import { LedgerRefused } from '../../ledger/errors.ts';
import { freeze, liftFreeze, listFreezes } from '../api/freezes.ts';
import { ProblemError } from '../problem-error.ts';
import type { Serve } from '../serve.ts';

export function serveFreezes(serve: Serve, { ledger }: { ledger: Ledger }): void {
  serve(listFreezes, async () => ({ freezes: [...(await ledger.freezes())] }));

  serve(freeze, async ({ body, caller }) => ledger.freeze({ ...body, by: caller.person }));

  serve(liftFreeze, async ({ params: { id }, caller }) => {
    await ledger.lift(id, caller.person).catch(notFound);
    return { lifted: true as const };
  });
}

/** The ledger refuses to touch what it does not have. */
export function notFound(error: unknown): never {
  if (error instanceof LedgerRefused) throw new ProblemError('not-found', error.message, { cause: error });
  throw error;
}
