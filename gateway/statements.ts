/** What the gateway signs: that a run may start, and what a person decided. */
import { randomUUID } from 'node:crypto';
import type { RunRow } from '../ledger/api.ts';
import type { KeyPair } from '../ledger/keys.ts';
import { signStatement } from '../ledger/signed-statement.ts';
import { expiryOf } from '../workflows/more-time.ts';
import { DecisionStatement, StartStatement, type Question, type Signed } from '../workflows/messages.ts';

export interface Signer {
  readonly deployment: string;
  readonly key: KeyPair;
  /** The clock of the statements; the machine's own without it. */
  readonly now?: () => number;
}

/** How long a decision on a question without a plan may wait for a worker. */
const DECISION_MS = 7 * 24 * 60 * 60 * 1000;

export function signStart({ deployment, key, now = Date.now }: Signer, run: RunRow): Signed {
  const { workflowId, runbook, input, trigger, dryRun, shadow } = run;
  return signStatement(
    StartStatement.parse({
      domain: 'nightshift/start/v1',
      deployment,
      workflowId,
      runbook,
      input,
      trigger,
      dryRun,
      ...(shadow && { shadow }),
      issuedAt: new Date(now()).toISOString(),
    }),
    key,
  );
}

export function signDecision(
  { deployment, key, now = Date.now }: Signer,
  d: {
    workflowId: string;
    question: Question;
    questionHash: string;
    answer: string;
    positions?: readonly number[];
    minutes?: number;
    reason: string;
    person: string;
    authenticatedBy: string;
  },
): Signed {
  const { question, ...said } = d;
  const at = now();
  return signStatement(
    DecisionStatement.parse({
      ...said,
      domain: 'nightshift/decision/v1',
      deployment,
      questionId: question.id,
      planHash: question.plan?.hash ?? '',
      issuedAt: new Date(at).toISOString(),
      // A plan is not believed for longer than it says; whatever is decided on it neither.
      expiresAt: question.plan
        ? expiryOf(question.plan, question.extensions)
        : new Date(at + DECISION_MS).toISOString(),
      nonce: randomUUID(),
    }),
    key,
  );
}
