import { milliseconds } from '../activities/kit/index.ts';
import { agreedPositions } from './answers.ts';
import { run } from './current-run.ts';
import { PlanRejected } from './endings.ts';
import type { Consent, Grant } from './engine-activities.ts';
import { isDoneByHand, nothingLeft, plannedAfterHands } from './after-hands.ts';
import { heldAt } from './held.ts';
import type { Question } from './messages.ts';
import { expiryOf, MORE_TIME_ANSWER } from './more-time.ts';
import {
  askedOf,
  type ApproveOptions,
  type Changes,
  type GrantedPlan,
  type PartlyGrantedPlan,
  type Plan,
} from './plan.ts';
import { timesOf } from './question-times.ts';
import { askOnce, termsOf, type Vote } from './questions.ts';
import { assumedYes, isTrying } from './trying.ts';

type Given = Pick<GrantedPlan, 'grant' | 'approved'>;

/**
 * Gets leave for exactly this plan: from the deployment's policy where it grants, else from people. Throws PlanRejected
 * when they say no, or nothing in time. With `inPart` they may approve some of its changes only. A run that only tries
 * asks nobody and goes on as if they had said yes.
 */
export async function approve<C extends Changes>(
  plan: Plan<C>,
  options: ApproveOptions & { readonly inPart: true },
): Promise<PartlyGrantedPlan<C>>;
export async function approve<C extends Changes>(
  plan: Plan<C>,
  options: ApproveOptions,
): Promise<GrantedPlan<C>>;
export async function approve<C extends Changes>(
  plan: Plan<C>,
  options: ApproveOptions,
): Promise<GrantedPlan<C>> {
  if (isTrying()) return assumedYes(plan, options);
  let current: Plan = plan;
  let given = await givenFor(current, options);
  while (given === 'taken-over') {
    current = await plannedAfterHands(current);
    given = (await isDoneByHand(current)) ? nothingLeft() : await givenFor(current, options);
  }
  const granted = { ...current, ...given, asked: options } as GrantedPlan<C>;
  if (granted.plannedPutBacks.length) run.owedPutBacks.push(granted);
  return granted;
}

function byPolicy(plan: Plan, rule: string): Grant {
  run.journal.say({
    kind: 'decision',
    name: 'policy',
    text: `Granted by policy (${rule}): ${plan.title}`,
    facts: { rule, hash: plan.hash },
  });
  return {
    kind: 'policy',
    rule,
    start: run.signedStart!,
    expiresAt: new Date(Date.now() + milliseconds('30 minutes')).toISOString(),
  };
}

const givenFor = async (plan: Plan, options: ApproveOptions): Promise<Given | 'taken-over'> =>
  'grant' in plan.policy
    ? { grant: byPolicy(plan, plan.policy.grant) }
    : byPeople(plan, plan.policy, options);

async function byPeople(
  plan: Plan,
  consent: Consent,
  options: ApproveOptions,
): Promise<Given | 'taken-over'> {
  for (;;) {
    const answered = await askOnce(questionFor(plan, consent, options));
    const { question } = answered;
    if ('takenOver' in answered) return 'taken-over';
    if (answered.answer === 'approve') return givenBy(question, answered.votes, answered.extensions);
    if (answered.answer) {
      const why = answered.reason ? `: ${answered.reason}` : '';
      throw new PlanRejected(`${answered.people.join(', ')} rejected "${plan.title}"${why}`);
    }
    const missed = `not approved in time${question.standing ? ` (missing: ${question.standing.missing})` : ': nobody answered'}`;
    if (options.onSilence !== 'hold') throw new PlanRejected(`"${plan.title}" was ${missed}`);
    await heldAt({
      what: plan.title,
      error: new Error(`it was ${missed}, which counts as rejected; "retry" asks again`),
      options: ['retry', 'abort'],
    });
  }
}

function questionFor(plan: Plan, consent: Consent, options: ApproveOptions): Parameters<typeof askOnce>[0] {
  const { within, escalateTo, remindEvery, quorum, inPart = false, grantFor = '30 minutes' } = options;
  const { deadline, escalation } = timesOf({ within, escalateTo });
  const expiresAt = new Date(Date.parse(deadline!) + milliseconds(grantFor)).toISOString();
  const goesTo = escalation.map((step) => step.to.join(', '));
  const end = `counts as rejected${options.onSilence === 'hold' ? ', and the run holds' : ''}. Nothing is changed.`;
  const needs = Object.entries(typeof quorum === 'object' ? quorum : {}).map(([from, people]) => ({
    from,
    people,
  }));
  return {
    kind: 'approve',
    title: plan.title,
    body: plan.because,
    options: [
      { answer: 'approve', meaning: 'carry out exactly this' },
      { answer: 'reject', meaning: 'carry out nothing of it; say why' },
      { answer: MORE_TIME_ANSWER, meaning: 'move the deadline; it answers nothing' },
    ],
    from: askedOf(options),
    quorum: Math.max(typeof quorum === 'number' ? quorum : 1, consent.people),
    needs: graverNeeds(needs, consent.needs),
    excluded: consent.excluded,
    consent: { at: consent.at, because: consent.because },
    within,
    escalateTo,
    remindEvery,
    silence: goesTo.length
      ? `Without an answer it goes to ${goesTo.join(', then to ')}, then ${end}`
      : `Without an answer by then it ${end}`,
    plan: {
      hash: plan.hash,
      digest: plan.digest,
      cluster: plan.cluster,
      changes: [...plan.planned],
      putBacks: [...plan.plannedPutBacks],
      risk: plan.risk,
      inPart,
      expiresAt,
    },
  };
}

/** What the runbook asks for and what the policy does: of each role the larger number. */
function graverNeeds(ofRunbook: Question['needs'], ofPolicy: Question['needs']): Question['needs'] {
  const roles = new Set([...ofRunbook, ...ofPolicy].map((n) => n.from));
  return [...roles].map((from) => ({
    from,
    people: Math.max(...[...ofRunbook, ...ofPolicy].filter((n) => n.from === from).map((n) => n.people)),
  }));
}

function givenBy(
  question: Question,
  approvals: readonly Vote[],
  extensions: readonly Vote['signed'][],
): Given {
  const { plan } = question;
  const approved = agreedPositions(question, approvals);
  return {
    approved: approved.length === plan!.changes.length ? undefined : approved,
    grant: {
      kind: 'decision',
      question: termsOf(question),
      decisions: [...approvals.map((a) => a.signed), ...extensions],
      start: run.signedStart!,
      expiresAt: expiryOf(plan!, question.extensions),
    },
  };
}
