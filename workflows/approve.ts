import { CancelledFailure } from '@temporalio/workflow';
import { milliseconds } from '../activities/kit/index.ts';
import { run } from './current-run.ts';
import { PlanRejected } from './endings.ts';
import type { Grant } from './engine-activities.ts';
import { askedOf, type ApproveOptions, type Changes, type GrantedPlan, type Plan } from './plan.ts';
import { ask, termsOf, timesOf } from './questions.ts';

/**
 * Gets leave for exactly this plan: from the deployment's policy where it grants, else from people. Throws PlanRejected
 * when they say no, or nothing in time. A dry run ends here, its plan shown.
 */
export async function approve<C extends Changes>(
  plan: Plan<C>,
  options: ApproveOptions,
): Promise<GrantedPlan<C>> {
  if (run.start?.dryRun) {
    run.journal.say({
      kind: 'note',
      name: 'dry run',
      text: `Would ask ${askedOf(options).join(', ')} to approve: ${plan.title}`,
      facts: { plan: plan.planned, hash: plan.hash },
    });
    run.end({ outcome: 'completed', reason: 'dry run: the plan was shown, nothing was carried out' });
    throw new CancelledFailure('the dry run ends at its first plan');
  }
  const grant =
    'grant' in plan.policy
      ? byPolicy(plan, plan.policy.grant)
      : await byPeople(plan, plan.policy.people, options);
  const granted = { ...plan, grant, asked: options } as GrantedPlan<C>;
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

async function byPeople(plan: Plan, quorum: number, options: ApproveOptions): Promise<Grant> {
  const { within, escalateTo = [], grantFor = '30 minutes' } = options;
  const { deadline } = timesOf({ within, escalateTo });
  const expiresAt = new Date(Date.parse(deadline!) + milliseconds(grantFor)).toISOString();
  const question = {
    kind: 'approve' as const,
    title: plan.title,
    body: plan.because,
    options: [
      { answer: 'approve', meaning: 'carry out exactly this' },
      { answer: 'reject', meaning: 'carry out nothing of it' },
    ],
    from: askedOf(options),
    quorum,
    within,
    escalateTo,
    silence: escalateTo.length
      ? `Without an answer it goes to ${escalateTo.join(', ')}, then counts as rejected. Nothing is changed.`
      : 'Without an answer by then it counts as rejected. Nothing is changed.',
    plan: {
      hash: plan.hash,
      digest: plan.digest,
      cluster: plan.cluster,
      changes: [...plan.planned],
      putBacks: [...plan.plannedPutBacks],
      risk: plan.risk,
      expiresAt,
    },
  };
  const answered = await ask(question);
  if (answered.answer !== 'approve') {
    throw new PlanRejected(
      answered.answer
        ? `${answered.people.join(', ')} rejected "${plan.title}"${answered.reason ? `: ${answered.reason}` : ''}`
        : `nobody answered "${plan.title}" in time`,
    );
  }
  return { kind: 'decision', question: termsOf(answered.question), decisions: answered.decisions, expiresAt };
}
