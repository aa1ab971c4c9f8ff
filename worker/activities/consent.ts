/** What the deployment's policy says of a plan, asked in the worker: when it is planned, and again when it is carried out. */
import { excludedBy, hoursAt, policyDecision } from '../../config/index.ts';
import type { Risk } from '../../activities/kit/index.ts';
import type { PlanAnswer } from '../../workflows/engine-activities.ts';
import type { StartStatement } from '../../workflows/messages.ts';
import type { ActivityDependencies } from './dependencies.ts';

/** Granted by the policy, or who has to agree. Throws a TypeError when the policy or its data is wrong. */
export function consentTo(
  deps: Pick<ActivityDependencies, 'policy' | 'authors' | 'businessHours'>,
  asked: {
    readonly start: Pick<StartStatement, 'runbook' | 'trigger'>;
    readonly risk: Risk;
    readonly steps: readonly string[];
    /** By whose hours it is judged. */
    readonly at: Date;
  },
): PlanAnswer['policy'] {
  const { start, risk, steps, at } = asked;
  const { runbook, trigger } = start;
  const decision = policyDecision({
    policy: deps.policy,
    runbook,
    plan: { risk, steps },
    trigger,
    hours: deps.businessHours && hoursAt(deps.businessHours, at),
  });
  if ('grant' in decision) return decision;
  return {
    people: decision.people,
    at: at.toISOString(),
    because: decision.because,
    needs: Object.entries(decision.of ?? {}).map(([from, people]) => ({ from, people })),
    excluded: excludedBy(decision, { runbook, trigger, authors: deps.authors }),
  };
}
