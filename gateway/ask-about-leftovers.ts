/**
 * What ended runs left behind, and nobody has put back in time, is put before its owner: by a run of the engine's own, so
 * that the question, the answer and the way back have a record. Safe in several gateways at once.
 */
import { hoursAt, type BusinessHours } from '../config/index.ts';
import type { Leftover, Ledger, RunRow } from '../ledger/api.ts';
import { LEFT_BEHIND, type Trigger } from '../workflows/messages.ts';
import { everySoOften } from './every-so-often.ts';
import type { Log } from './log.ts';

export interface AskAboutLeftoversDeps {
  readonly ledger: Ledger;
  /** Nobody is asked outside of them. At any hour without them. */
  readonly businessHours?: BusinessHours | undefined;
  readonly log: Log;
  /** A minute when absent. */
  readonly everyMs?: number;
}

const AT_ONCE = 50;

/** Returns what ends it. */
export const askAboutLeftovers = ({
  ledger,
  businessHours,
  log,
  everyMs = 60_000,
}: AskAboutLeftoversDeps): (() => Promise<void>) =>
  everySoOften({ everyMs, log, failure: 'could not ask about what is left' }, async () => {
    // What has waited a day waits until morning.
    if (businessHours && hoursAt(businessHours, new Date()) === 'outside') return;
    await askAboutExpired(ledger);
  });

/** One round. */
export async function askAboutExpired(ledger: Ledger): Promise<void> {
  for (const leftover of await ledger.leftoversToAsk(AT_ONCE)) {
    const { id, expiresAt, askedAt } = leftover;
    await runAbout(ledger, leftover, {
      // Not of the run that left it: runs that were stopped leave most, and start no other run.
      trigger: { kind: 'reminder', source: 'left-behind', authenticated: true },
      requestId: `leftover ${id} ${askedAt ?? expiresAt}`,
      putBackNow: false,
    });
    await ledger.leftoverAsked(id);
  }
}

/** Asks for the run that deals with it. */
export const runAbout = (
  ledger: Ledger,
  { id, workflowId, what, why, target, owner, since, undo }: Leftover,
  asked: { readonly trigger: Trigger; readonly requestId: string; readonly putBackNow: boolean },
): Promise<RunRow> =>
  ledger.requestRun({
    ...LEFT_BEHIND,
    input: {
      ...{ id, of: workflowId, what, why, target, owner, since },
      ...(undo && { undo }),
      putBackNow: asked.putBackNow,
    },
    correlationKey: id,
    trigger: asked.trigger,
    dryRun: false,
    requestId: asked.requestId,
  });
