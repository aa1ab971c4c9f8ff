/** Whether an effect may happen: decided in the worker that would carry it out, from signed words and its own policy. */
import { changeHash, isAtLeast, planHash, type PlannedChange } from '../../activities/kit/index.ts';
import { policyDecision } from '../../config/index.ts';
import { SignatureRefused } from '../../ledger/signed-statement.ts';
import type { IntentRequest } from '../../ledger/api.ts';
import { PUT_BACK_GRACE_MS, type ApplyRequest } from '../../workflows/engine-activities.ts';
import { changeNamed, type ActivityDependencies } from './dependencies.ts';
import { verifiedDecision, verifiedStart } from './statements.ts';

export type GrantVerdict =
  | {
      readonly granted: true;
      readonly grant: IntentRequest['grant'];
      readonly changeHash: string;
      readonly planHash: string;
    }
  | { readonly granted: false; readonly message: string };

/** The change that is carried out: the planned one, or for an undo its inverse. */
export function actingChange({ change, position }: ApplyRequest): PlannedChange {
  if (position.kind !== 'undo') return change;
  if (!change.undo) throw new TypeError(`"${change.summary}" has no undo`);
  return { ...change.undo, preimage: null, dryRun: 'derived', warnings: [] };
}

/** Checks that exactly this change, at this place of exactly this plan, was granted by people who may, or by the policy. */
export function verifyGrant(
  trust: ActivityDependencies,
  request: ApplyRequest,
  workflowId: string,
): GrantVerdict {
  const { plan, position, change, grant } = request;
  const no = (message: string): GrantVerdict => ({ granted: false, message });
  const hash = changeHash(change);
  const listed = position.kind === 'put-back' ? plan.putBacks : plan.changes;
  if (listed[position.index] !== hash)
    return no('this is not the change that was approved: its hash is not in the plan');
  const acting = actingChange(request);
  if (!isAtLeast(acting.risk, changeNamed(trust.steps, acting.step).contract.risk))
    return no(`${acting.step} is not as harmless as "${acting.risk}": nothing may lower its risk`);
  const ofPlan = planHash(plan);
  const expiresAt = position.kind === 'change' ? grant.expiresAt : later(grant.expiresAt);
  const yes = (by: readonly string[], more: Partial<IntentRequest['grant']>): GrantVerdict => ({
    granted: true,
    changeHash: hash,
    planHash: ofPlan,
    grant: { kind: grant.kind, by, expiresAt, ...more },
  });
  const policyFor = (by: Pick<Parameters<typeof policyDecision>[0], 'runbook' | 'trigger'>) =>
    policyDecision({
      policy: trust.policy,
      ...by,
      plan: { risk: change.risk, steps: [change.step] },
    });
  try {
    if (grant.kind === 'policy') {
      const { trigger, runbook, dryRun } = verifiedStart(trust, grant.start, workflowId);
      if (dryRun) return no('a dry run carries nothing out');
      const policy = policyFor({ runbook, trigger });
      return 'grant' in policy
        ? yes([`policy: ${policy.grant}`], { rule: policy.grant })
        : no(`the policy asks ${policy.people} people for this`);
    }
    const { question } = grant;
    if (question.plan?.hash !== ofPlan) return no('the approval is for another plan');
    if (question.plan.expiresAt !== grant.expiresAt)
      return no('the grant names another expiry than the question that people saw');
    const people = new Set<string>();
    for (const signed of grant.decisions) {
      const decision = verifiedDecision(trust, { signed, workflowId, question });
      if (!decision.ok) return no(`an approval does not count: ${decision.why}`);
      if (decision.statement.answer === 'approve') people.add(decision.statement.person);
    }
    const policy = policyFor({
      runbook: request.runbook,
      trigger: { kind: 'person', source: 'decision', authenticated: true },
    });
    const needed = Math.max(question.quorum, 'people' in policy ? policy.people : 1);
    if (people.size < needed) return no(`${needed} people have to approve, ${people.size} did`);
    return yes([...people], { questionId: question.id });
  } catch (error) {
    if (error instanceof SignatureRefused) return no(error.message);
    throw error;
  }
}

/** Put-backs and undos come later than their plan's changes; they have a day more. */
const later = (instant: string): string => new Date(Date.parse(instant) + PUT_BACK_GRACE_MS).toISOString();
