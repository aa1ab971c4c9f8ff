import type { z } from 'zod';
import { standing } from '../../config/index.ts';
import { SignatureRefused, verifySigned } from '../../ledger/signed-statement.ts';
import type { VerifiedDecision } from '../../workflows/engine-activities.ts';
import {
  DecisionStatement,
  questionHash,
  Signed,
  StartStatement,
  type QuestionTerms,
} from '../../workflows/messages.ts';
import { standInsOf } from './delegations.ts';
import type { ActivityDependencies } from './dependencies.ts';

type Trust = Pick<ActivityDependencies, 'deployment' | 'gatewayKeys' | 'people' | 'schedules' | 'ledger'>;

/** The start, once its signature and its binding to this deployment and workflow are verified. Throws SignatureRefused. */
export function verifiedStart(trust: Trust, signed: unknown, workflowId: string): StartStatement {
  const start = parsed(StartStatement, verifySigned(shaped(signed), trust.gatewayKeys), 'start');
  if (start.deployment !== trust.deployment)
    throw new SignatureRefused(`the start is for deployment "${start.deployment}"`);
  if (start.workflowId !== workflowId)
    throw new SignatureRefused(`the start is for run "${start.workflowId}"`);
  return start;
}

/**
 * One person's word, verified from the very bytes that the gateway signed: for this deployment, run and question as it
 * was asked, by somebody who was asked. The reason of a refusal is for that person.
 */
export async function verifiedDecision(
  trust: Trust,
  r: { signed: unknown; workflowId: string; question?: QuestionTerms | undefined },
): Promise<VerifiedDecision> {
  const { workflowId, question } = r;
  try {
    const s = parsed(DecisionStatement, verifySigned(shaped(r.signed), trust.gatewayKeys), 'decision');
    const refused = (why: string): VerifiedDecision => ({ ok: false, why });
    if (s.deployment !== trust.deployment) return refused(`it is for deployment "${s.deployment}"`);
    if (s.workflowId !== workflowId) return refused(`it is for run "${s.workflowId}"`);
    if (!question || s.questionId !== question.id) return refused('there is no such question in this run');
    if (s.planHash !== (question.plan?.hash ?? ''))
      return refused('it is for another plan: the plan has changed since it was shown');
    if (s.questionHash !== questionHash(workflowId, question))
      return refused('it is for another question: the question has changed since it was shown');
    const { person, answer } = s;
    const at = new Date(s.issuedAt);
    const standIns = await standInsOf(trust, { person, question, at });
    const stands = standing({ ...trust, person, answer, question, at, standIns });
    if (!stands.ok) return refused(stands.why);
    const { as, insteadOf } = stands;
    return { ok: true, statement: s, as, ...(insteadOf && { insteadOf }) };
  } catch (error) {
    if (error instanceof SignatureRefused) return { ok: false, why: error.message };
    throw error;
  }
}

function shaped(signed: unknown): Signed {
  const shape = Signed.safeParse(signed);
  if (!shape.success) throw new SignatureRefused('it is not signed: answers count only through the gateway');
  return shape.data;
}

function parsed<S extends z.ZodType>(schema: S, value: unknown, what: string): z.output<S> {
  const result = schema.safeParse(value);
  if (!result.success)
    throw new SignatureRefused(
      `the signed ${what} has no valid ${result.error.issues[0]?.path.join('.') ?? 'form'}`,
    );
  return result.data;
}
