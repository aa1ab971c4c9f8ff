import type { Ledger } from './api.ts';

const EXPIRES_AFTER_MS = 24 * 60 * 60 * 1000;

/**
 * What an ended run may have changed without anybody knowing: its attempts that have no result are listed as left, so
 * that its owner (the runbook's role) looks. The same call twice lists them once.
 */
export async function listUnknownOutcomes(ledger: Ledger, workflowId: string, owner: string): Promise<void> {
  const unknown = (await ledger.intents(workflowId)).filter((intent) => !intent.result);
  if (unknown.length === 0) return;
  for (const { step, target, cluster, undo } of unknown) {
    await ledger.addLeftover({
      workflowId,
      target,
      cluster,
      step,
      undo,
      what: `${step}: it may have been carried out`,
      why: 'the run ended before anybody could tell; look at the target',
      owner,
      expiresAt: new Date(Date.now() + EXPIRES_AFTER_MS).toISOString(),
    });
  }
}
