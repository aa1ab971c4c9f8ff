import type { Ledger } from '../../ledger/api.ts';

/** The reason of a decision that a worker's command line made, not a person. */
const BY_COMMAND_LINE = '--make-current';

/**
 * Whether a worker that is told to make its version current may: not where a person has gone back from it to another. A
 * restart would undo what they decided. That it does is written down before it is done.
 */
export async function mayTakeNewRuns(
  ledger: Pick<Ledger, 'versionsMadeCurrent' | 'versionMadeCurrent'>,
  { id, worker, warn }: { id: string; worker: string; warn: (message: string) => void },
): Promise<boolean> {
  const decided = await ledger.versionsMadeCurrent();
  const last = decided.at(-1);
  if (last?.bundle === id) return true;
  if (last && last.reason !== BY_COMMAND_LINE && decided.some(({ bundle }) => bundle === id)) {
    warn(
      `version ${id} is not made current again: ${last.by} has gone from it to ${last.bundle} (${last.reason}); "nightshift deploy current ${id}" takes it up again`,
    );
    return false;
  }
  await ledger.versionMadeCurrent(id, { by: worker, reason: BY_COMMAND_LINE });
  return true;
}
