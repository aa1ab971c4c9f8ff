/**
 * Runs that Temporal closed without their end in the ledger: terminated, timed out, or failed before the engine could
 * say so. Their record is sealed with what they can still tell, their questions are closed, and what they left stays
 * listed as left. Safe in several gateways at once: sealing is idempotent.
 */
import type { Ledger, RunRow } from '../ledger/api.ts';
import { listUnknownOutcomes } from '../ledger/unknown-outcomes.ts';
import type { Log } from './log.ts';
import type { TemporalClient } from './temporal-client.ts';

export interface ClosedRunsDeps {
  readonly ledger: Ledger;
  readonly temporal: TemporalClient;
  readonly log: Log;
  /** 15 seconds when absent. */
  readonly everyMs?: number;
}

/** A run that is just ending writes its end itself. */
const GRACE_MS = 10_000;
const STATE_MS = 5_000;
const AT_ONCE = 500;

export function sweepClosedRuns({
  ledger,
  temporal,
  log,
  everyMs = 15_000,
}: ClosedRunsDeps): () => Promise<void> {
  const stopped = new AbortController();
  let round: Promise<void> = Promise.resolve();
  const timer = setInterval(() => {
    round = round
      .then(sweep)
      .catch((error: unknown) => log.warn({ err: error }, 'could not look for closed runs'));
  }, everyMs);

  async function sweep(): Promise<void> {
    for (const run of await ledger.runs({ status: 'started', limit: AT_ONCE })) {
      if (stopped.signal.aborted) return;
      await sealIfClosed(run);
    }
  }

  async function sealIfClosed({ workflowId }: RunRow): Promise<void> {
    const closed = await temporal.closedAs(workflowId);
    if (!closed || Date.now() - closed.at.getTime() < GRACE_MS) return;
    const state = await temporal.state(workflowId, STATE_MS);
    const told = 'silent' in state ? undefined : state;
    const result = `Temporal closed this run (${closed.status}) before it had written its end${told ? '' : '; its story could not be read'}`;
    await listUnknownOutcomes(ledger, workflowId);
    await ledger.sealRun({ workflowId, outcome: 'terminated', result, journal: told?.journal ?? [] });
    for (const { question } of await ledger.questions({ status: 'open', workflowId, limit: 100 })) {
      await ledger.closeQuestion({ workflowId, questionId: question.id, closedAs: 'withdrawn' });
    }
    log.warn(
      { workflowId, status: closed.status },
      'a run ended without writing its end; its record is sealed as terminated',
    );
  }

  return async () => {
    stopped.abort();
    clearInterval(timer);
    await round;
  };
}
