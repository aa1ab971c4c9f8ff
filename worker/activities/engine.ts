import { nowOf, type ActivityDependencies } from './dependencies.ts';
import type { EngineActivities, VerifiedDecision } from '../../workflows/engine-activities.ts';
import { Signed } from '../../workflows/messages.ts';
import { inMs, workflowId } from './call-context.ts';
import { LEFT_FOR_MS } from './leaves.ts';
import { otherRunActivities } from './other-runs.ts';
import { reminderActivities } from './reminders.ts';
import { ALLOWED_SKEW_MS } from './settle.ts';
import { verifiedDecision, verifiedStart } from './statements.ts';
import { listUnknownOutcomes } from '../../ledger/unknown-outcomes.ts';
import { SignatureRefused } from '../../ledger/signed-statement.ts';
import { StepFailure } from '../../activities/kit/index.ts';
import { asActivityFailure } from './failures.ts';

/** What the engine asks of the worker beside steps and plans: verifying signed words, and writing to the ledger. */
export function engineActivities(
  deps: ActivityDependencies,
): Omit<EngineActivities, 'plan' | 'lookWhatIsDone'> {
  const { ledger } = deps;
  return {
    verifyStart: async (signed) => {
      try {
        return { ...verifiedStart(deps, signed, workflowId()), unanswered: deps.unanswered };
      } catch (error) {
        if (!(error instanceof SignatureRefused)) throw error;
        throw asActivityFailure(new StepFailure('refused', error.message));
      }
    },
    verifyDecision: async ({ signed, workflowId: id, question }) => {
      const verified = await inTime(deps, {
        ...{ signed, workflowId: id },
        verified: await verifiedDecision(deps, { signed, workflowId: id, question }),
      });
      if (!verified.ok) {
        const shape = Signed.safeParse(signed);
        const statement = shape.success
          ? shape.data.statement
          : JSON.stringify(signed ?? null).slice(0, 4_000);
        await ledger.recordRefusal({
          workflowId: id,
          questionId: question?.id ?? '',
          why: verified.why,
          statement,
        });
      }
      return verified;
    },
    recordRefusal: (r) => ledger.recordRefusal(r),
    openQuestion: ({ runbook, question }) =>
      ledger.openQuestion({ workflowId: workflowId(), runbook, question }),
    updateQuestion: (r) => ledger.updateQuestion({ workflowId: workflowId(), ...r }),
    closeQuestion: (r) => ledger.closeQuestion({ workflowId: workflowId(), ...r }),
    receivedDecisions: async ({ questionId, deadline }) => {
      const received = await ledger.decisions(workflowId(), questionId);
      return received
        .filter((d) => !d.deliveredAt && Date.parse(d.receivedAt) <= Date.parse(deadline))
        .map(({ id, signed }) => ({ id, signed }));
    },
    decisionTaken: async ({ id, outcome }) => void (await ledger.decisionDelivered(id, outcome)),
    orders: () => ledger.orders(workflowId()),
    leave: (left) =>
      ledger.addLeftover({
        ...left,
        workflowId: workflowId(),
        cluster: deps.cluster,
        expiresAt: inMs(LEFT_FOR_MS).toISOString(),
      }),
    keepLeftover: (r) => ledger.keepLeftover(r),
    clearLeftover: (r) => ledger.clearLeftover(r),
    ...otherRunActivities(deps),
    ...reminderActivities(deps),
    keepStory: ({ lines }) => ledger.keepStory({ workflowId: workflowId(), lines }),
    endRun: async ({ owner, ...end }) => {
      await listUnknownOutcomes(ledger, workflowId(), owner);
      await ledger.sealRun({ workflowId: workflowId(), ...end });
      // A witness that is away keeps no run from ending: the worker seals again by itself, and says when it cannot.
      await ledger.seal().catch(() => undefined);
    },
  };
}

/** Whoever carries an answer may hold it back: it gives no grant when its own time is over. A grant has a time of its own. */
async function inTime(
  deps: ActivityDependencies,
  {
    signed,
    workflowId: id,
    verified,
  }: { readonly signed: unknown; readonly workflowId: string; readonly verified: VerifiedDecision },
): Promise<VerifiedDecision> {
  if (!verified.ok) return verified;
  const { expiresAt, questionId } = verified.statement;
  const until = Date.parse(expiresAt) + ALLOWED_SKEW_MS;
  if (nowOf(deps) <= until) return verified;
  // What the ledger received in time counts, however long no worker was up.
  const { statement } = Signed.parse(signed);
  const received = await deps.ledger.decisions(id, questionId);
  if (received.some((d) => d.signed.statement === statement && Date.parse(d.receivedAt) <= until))
    return verified;
  return { ok: false, why: `this answer was valid until ${expiresAt} and came too late; answer again` };
}
