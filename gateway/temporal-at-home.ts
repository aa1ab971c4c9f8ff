/**
 * The door to Temporal, open only to the one that has the deployment's runs. A server may be replaced while the gateway
 * runs, so it is looked at again and again; while it is another one, it counts as away: what is to be handed over waits in
 * the ledger, and no run is taken for gone.
 */
import type { Ledger } from '../ledger/api.ts';
import { WrongTemporal } from '../ledger/errors.ts';
import type { TemporalClient } from './temporal-client.ts';
import { TemporalAway } from './temporal-failure.ts';

/** So long one look counts. A run that Temporal does not know is taken for gone after a minute. */
const LOOK_EVERY_MS = 5_000;

export function atHome(
  temporal: TemporalClient,
  ledger: Pick<Ledger, 'mustBeHome'>,
  lookEveryMs = LOOK_EVERY_MS,
): TemporalClient {
  let looked: { readonly at: number; readonly found: Promise<void> } | undefined;
  const look = async () => ledger.mustBeHome(await temporal.identity());
  const home = async (): Promise<void> => {
    if (!looked || Date.now() - looked.at >= lookEveryMs) {
      const found = look();
      looked = { at: Date.now(), found };
      // What did not answer is asked again at once.
      found.catch(() => (looked = undefined));
    }
    await looked.found.catch((error: unknown) => {
      throw error instanceof WrongTemporal ? new TemporalAway(error.message, { cause: error }) : error;
    });
  };
  const only = async <R>(call: () => Promise<R>): Promise<R> => {
    await home();
    return call();
  };
  return {
    // `state` and `earlier` only tell: another Temporal says that it does not know the run.
    ...temporal,
    start: (run) => only(() => temporal.start(run)),
    signal: (signal) => only(() => temporal.signal(signal)),
    decide: (decision) => only(() => temporal.decide(decision)),
    cancel: (order) => only(() => temporal.cancel(order)),
    fate: (workflowId) => only(() => temporal.fate(workflowId)),
    async *changes(workflowId, signal) {
      await home();
      return yield* temporal.changes(workflowId, signal);
    },
    versions: (ask) => only(() => temporal.versions(ask)),
    async ping(waitMs) {
      await temporal.ping(waitMs);
      await home().catch((error: unknown) => {
        // Whether the ledger answers is another question.
        if (error instanceof TemporalAway) throw error;
      });
    },
  };
}

/** Throws WrongTemporal at the start, where people look. One that is away may be another when it comes: `atHome` sees. */
export async function refuseAnother(
  temporal: Pick<TemporalClient, 'identity'>,
  ledger: Pick<Ledger, 'mustBeHome'>,
): Promise<void> {
  const there = await temporal.identity().catch((error: unknown) => {
    if (error instanceof TemporalAway) return undefined;
    throw error;
  });
  if (there) await ledger.mustBeHome(there);
}
