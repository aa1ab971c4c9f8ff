/**
 * Runs that Temporal closed without their end in the ledger: terminated, timed out, failed before the engine could say
 * so, reset after their end and then cut, or gone from Temporal altogether. Their record is sealed with what they can
 * still tell, their questions are closed, and what they left stays listed as left. Safe beside the runs themselves and in
 * several gateways at once: the ledger takes this end only from a run that has none.
 */
import type { Ledger } from '../ledger/api.ts';
import { listUnknownOutcomes } from '../ledger/unknown-outcomes.ts';
import type { RunbookDefinition } from '../workflows/define-runbook.ts';
import { everySoOften } from './every-so-often.ts';
import type { Log } from './log.ts';
import type { RunFate, TemporalClient } from './temporal-client.ts';

export interface ClosedRunsDeps {
  readonly ledger: Ledger;
  readonly temporal: TemporalClient;
  /** Who owns what they left. */
  readonly runbooks: readonly Pick<RunbookDefinition, 'id' | 'owner'>[];
  readonly log: Log;
  /** 15 seconds when absent. */
  readonly everyMs?: number;
  /** Open runs looked at each time, 200 when absent: many take turns, so that Temporal is not asked about all at once. */
  readonly atOnce?: number;
  /** A run that is just ending writes its end itself: it has 10 seconds when absent. */
  readonly graceMs?: number;
  /** A run that Temporal does not know is looked at once more after that time, a minute when absent. */
  readonly unknownMs?: number;
}

const STATE_MS = 5_000;

export function sweepClosedRuns({
  ledger,
  temporal,
  runbooks,
  log,
  everyMs = 15_000,
  atOnce = 200,
  graceMs = 10_000,
  unknownMs = 60_000,
}: ClosedRunsDeps): () => Promise<void> {
  const stopped = new AbortController();
  /** Where the next turn goes on. */
  let after: string | undefined;
  /** Since when Temporal has not known a run, in milliseconds since 1970. */
  const unknownSince = new Map<string, number>();
  const stop = everySoOften({ everyMs, log, failure: 'could not look for closed runs' }, sweep);

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

  async function ownerOf(workflowId: string): Promise<string> {
    const runbook = (await ledger.run(workflowId))?.runbook;
    return runbooks.find((r) => r.id === runbook)?.owner ?? runbook ?? 'nobody';
  }

  async function sealIfClosed(workflowId: string): Promise<void> {
    const fate = await temporal.fate(workflowId);
    const howEnded = hasEnded(workflowId, fate);
    if (howEnded === undefined) return;
    const state = await temporal.state(workflowId, STATE_MS);
    const told = 'silent' in state ? undefined : state;
    const cut = told?.cut?.journal ? told.journal[0] : undefined;
    const earlier = cut && (await temporal.earlier({ workflowId, seq: cut.seq, waitMs: STATE_MS }));
    const unread = !told
      ? '; its story could not be read'
      : cut && !earlier
        ? `; the first ${cut.seq - 1} lines of its story could not be read`
        : '';
    await listUnknownOutcomes(ledger, workflowId, await ownerOf(workflowId));
    const sealed = await ledger.sealClosedRun({
      workflowId,
      outcome: 'terminated',
      result: `${howEnded}${unread}`,
      journal: [...(earlier ?? []), ...(told?.journal ?? [])],
    });
    if (!sealed) return;
    log.warn(
      { workflowId, why: howEnded },
      'a run ended without writing its end; its record is sealed as terminated',
    );
  }

  /** How a run ended, in words; nothing while it may still be open, or may be writing its end itself. */
  function hasEnded(workflowId: string, fate: RunFate): string | undefined {
    if (fate.is !== 'unknown') unknownSince.delete(workflowId);
    switch (fate.is) {
      case 'open':
        return undefined;
      case 'closed':
        return Date.now() - fate.at.getTime() < graceMs
          ? undefined
          : `Temporal closed this run (${fate.status}) before it had written its end`;
      case 'unknown': {
        const since = unknownSince.get(workflowId);
        if (since === undefined) unknownSince.set(workflowId, Date.now());
        if (since === undefined || Date.now() - since < unknownMs) return undefined;
        unknownSince.delete(workflowId);
        return 'Temporal does not know this run any more: it was deleted there, or is older than what Temporal keeps';
      }
    }
  }

  return async () => {
    stopped.abort();
    await stop();
  };
}
