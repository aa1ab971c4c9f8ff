/** Whether an effect may happen: decided in the worker that would carry it out, from signed words and its own policy. */
import { changeHash, isAtLeast, planHash, type PlannedChange } from '../../activities/kit/index.ts';
import { SignatureRefused } from '../../ledger/signed-statement.ts';
import type { IntentRequest } from '../../ledger/api.ts';
import { PUT_BACK_GRACE_MS, type ApplyRequest, type Grant } from '../../workflows/engine-activities.ts';
import { expiryOf, MORE_TIME_ANSWER } from '../../workflows/more-time.ts';
import { isMet, missing, missingInWords, type Agreement } from '../../workflows/quorum.ts';
import { consentTo } from './consent.ts';
import { changeNamed, type ActivityDependencies } from './dependencies.ts';
import { verifiedDecision, verifiedStart } from './statements.ts';

export type GrantVerdict =
  | {
      readonly granted: true;
      readonly grant: IntentRequest['grant'];
      readonly changeHash: string;
      readonly planHash: string;
    }
  /** `asksPeople`: the policy granted it when it was planned and asks people now. */
  | { readonly granted: false; readonly message: string; readonly asksPeople?: true };

/** The change that is carried out: the planned one, or for an undo its inverse. */
export function actingChange({ change, position }: ApplyRequest): PlannedChange {
  if (position.kind !== 'undo') return change;
  if (!change.undo) throw new TypeError(`"${change.summary}" has no undo`);
  return { ...change.undo, preimage: null, dryRun: 'derived', warnings: [] };
}

/** Checks that exactly this change, at this place of exactly this plan, was granted by people who may, or by the policy. */
export async function verifyGrant(
  trust: ActivityDependencies,
  request: ApplyRequest,
  workflowId: string,
): Promise<GrantVerdict> {
  const { plan, position, change, grant } = request;
  const no = (message: string): GrantVerdict => ({ granted: false, message });
  const hash = changeHash(change);
  if (position.kind === 'undo' && plan.putBacks.includes(hash))
    return no(
      `"${change.summary}" is itself a way back: what was undone or put back is not undone again; propose the change anew`,
    );
  if (position.kind === 'undo' && !change.undo)
    return no(`"${change.summary}" cannot be undone: its step names no undo`);
  const listed = position.kind === 'put-back' ? plan.putBacks : plan.changes;
  if (listed[position.index] !== hash)
    return no('this is not the change that was approved: its hash is not in the plan');
  const place = position.kind === 'put-back' ? plan.changes.length + position.index : position.index;
  if (plan.steps[place] !== change.step || !isAtLeast(plan.risk, change.risk))
    return no(
      'the plan says less of itself than this change: its risk or its steps are not those of its changes',
    );
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
  try {
    const start = verifiedStart(trust, grant.start, workflowId);
    if (start.dryRun) return no('a dry run carries nothing out');
    // The plan as a whole, as when it was planned: what people were asked then is what counts now.
    const policy = consentTo(trust, { start, risk: plan.risk, steps: plan.steps, at: judgedAt(grant) });
    if (grant.kind === 'policy') {
      return 'grant' in policy
        ? yes([`policy: ${policy.grant}`], { rule: policy.grant })
        : { granted: false, message: nowAsks(policy), asksPeople: true };
    }
    const { question } = grant;
    if (question.plan?.hash !== ofPlan) return no('the approval is for another plan');
    const said = await saidBy(trust, grant, workflowId);
    if (!said.ok) return no(said.message);
    if (expiryOf(question.plan, said.extensions) !== grant.expiresAt)
      return no('the grant names another expiry than the question that people saw');
    const consent = 'people' in policy ? policy : NOBODY_MORE;
    const excluded = consent.excluded.map((e) => e.person);
    const approvals = said.approvals
      .filter(
        ({ person, positions }) =>
          !excluded.includes(person) &&
          (position.kind === 'put-back' || !positions || positions.includes(position.index)),
      )
      .map((approval) => withoutPlacesOf(excluded, approval));
    // What the question asked for, and what the policy asks: a person may fill one place of each.
    const asked = [question, { quorum: consent.people, needs: consent.needs }];
    const lacking = asked.find((quorum) => !isMet(quorum, approvals));
    if (lacking)
      return no(`not enough people approved it: missing ${missingInWords(missing(lacking, approvals))}`);
    return yes([...new Set(approvals.map((a) => a.person))], { questionId: question.id });
  } catch (error) {
    // A policy that cannot be asked grants nothing.
    if (error instanceof SignatureRefused || error instanceof TypeError) return no(error.message);
    throw error;
  }
}

const nowAsks = ({ people, because }: { people: number; because?: string | undefined }): string =>
  `the policy granted this and asks ${people === 1 ? 'a person' : `${people} people`} now${because ? ` (${because})` : ''}`;

const NOBODY_MORE = { people: 1, needs: [], excluded: [] };

/** People are asked by the hours of their question, which they signed; a grant of the policy's own holds in its hours only. */
const judgedAt = (grant: Grant): Date =>
  grant.kind === 'decision' && grant.question.consent ? new Date(grant.question.consent.at) : new Date();

/** Who is excluded lends nobody their place. */
function withoutPlacesOf(excluded: readonly string[], approval: Approval): Approval {
  const lent = (approval.insteadOf ?? []).filter((i) => excluded.includes(i.person)).map((i) => i.role);
  return { ...approval, as: approval.as.filter((role) => !lent.includes(role)) };
}

interface Approval extends Agreement {
  /** Only these places of the plan; all when absent. */
  readonly positions?: readonly number[] | undefined;
}

type Said =
  | {
      readonly ok: true;
      readonly approvals: readonly Approval[];
      readonly extensions: readonly { readonly minutes: number }[];
    }
  | { readonly ok: false; readonly message: string };

/** What the people of a grant said, from their signed words. */
async function saidBy(
  trust: ActivityDependencies,
  { question, decisions }: Extract<Grant, { kind: 'decision' }>,
  workflowId: string,
): Promise<Said> {
  const approvals: Approval[] = [];
  const extensions = new Map<string, { minutes: number }>();
  for (const signed of decisions) {
    const decision = await verifiedDecision(trust, { signed, workflowId, question });
    if (!decision.ok) return { ok: false, message: `an approval does not count: ${decision.why}` };
    const { answer, person, positions, minutes, nonce } = decision.statement;
    if (positions && !question.plan?.inPart)
      return { ok: false, message: 'a part was approved of a plan that holds only as a whole' };
    if (answer === 'approve')
      approvals.push({ person, as: decision.as, insteadOf: decision.insteadOf, positions });
    if (answer === MORE_TIME_ANSWER && minutes) extensions.set(nonce, { minutes });
  }
  return { ok: true, approvals, extensions: [...extensions.values()] };
}

/** Put-backs and undos come later than their plan's changes; they have a day more. */
const later = (instant: string): string => new Date(Date.parse(instant) + PUT_BACK_GRACE_MS).toISOString();
