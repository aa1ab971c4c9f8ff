/**
 * Runs that Temporal closed without their end in the ledger: terminated, timed out, failed before the engine could say
 * so, or reset after their end and then cut. Their record is sealed with what they can still tell, their questions are closed, and what they left stays
 * listed as left. Safe in several gateways at once: sealing is idempotent.
 */
import type { Ledger } from '../ledger/api.ts';
import { listUnknownOutcomes } from '../ledger/unknown-outcomes.ts';
import type { Log } from './log.ts';
import type { TemporalClient } from './temporal-client.ts';

export interface ClosedRunsDeps {
  readonly ledger: Ledger;
  readonly temporal: TemporalClient;
  readonly log: Log;
  /** 15 seconds when absent. */
  readonly everyMs?: number;
  /** Open runs looked at each time, 200 when absent: many take turns, so that Temporal is not asked about all at once. */
  readonly atOnce?: number;
  /** A run that is just ending writes its end itself: it has 10 seconds when absent. */
  readonly graceMs?: number;
}

const STATE_MS = 5_000;

export function sweepClosedRuns({
  ledger,
  temporal,
  log,
  everyMs = 15_000,
  atOnce = 200,
  graceMs = 10_000,
}: ClosedRunsDeps): () => Promise<void> {
  const stopped = new AbortController();
  let round: Promise<void> = Promise.resolve();
  /** Where the next turn goes on. */
  let after: string | undefined;
  const timer = setInterval(() => {
    round = round
      .then(sweep)
      .catch((error: unknown) => log.warn({ err: error }, 'could not look for closed runs'));
  }, everyMs);

  async function sweep(): Promise<void> {
    const page = await ledger.runsToSweep({ after, limit: atOnce });
    for (const workflowId of page) {
      if (stopped.signal.aborted) return;
      // One that cannot be asked about keeps nobody else from being looked at.
      await sealIfClosed(workflowId).catch((error: unknown) =>
        log.warn({ err: error, workflowId }, 'could not look whether this run was closed'),
      );
    }
    after = page.length < atOnce ? undefined : page.at(-1);
  }

  async function sealIfClosed(workflowId: string): Promise<void> {
    const closed = await temporal.closedAs(workflowId);
    if (!closed || Date.now() - closed.at.getTime() < graceMs) return;
    const state = await temporal.state(workflowId, STATE_MS);
    const told = 'silent' in state ? undefined : state;
    const cut = told?.cut?.journal ? told.journal[0] : undefined;
    const earlier = cut && (await temporal.earlier({ workflowId, seq: cut.seq, waitMs: STATE_MS }));
    const unread = !told
      ? '; its story could not be read'
      : cut && !earlier
        ? `; the first ${cut.seq - 1} lines of its story could not be read`
        : '';
    const result = `Temporal closed this run (${closed.status}) before it had written its end${unread}`;
    await listUnknownOutcomes(ledger, workflowId);
    await ledger.sealRun({
      workflowId,
      outcome: 'terminated',
      result,
      journal: [...(earlier ?? []), ...(told?.journal ?? [])],
    });
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
