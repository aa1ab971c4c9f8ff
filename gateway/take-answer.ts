import { randomUUID } from 'node:crypto';
import type { z } from 'zod';
import { canonicalJson, hashOf } from '../activities/kit/index.ts';
import type { Authority } from '../config/index.ts';
import type { DecisionRow, Ledger } from '../ledger/api.ts';
import { DecisionStatement, questionHash } from '../workflows/messages.ts';
import type { decide } from './api/questions.ts';
import { decisionRefusal } from './decision-refusal.ts';
import type { Dispatcher } from './dispatcher.ts';
import type { Metrics } from './metrics.ts';
import { ProblemError } from './problem-error.ts';
import { signDecision, type Signer } from './statements.ts';

export interface AnsweringDeps {
  readonly ledger: Ledger;
  readonly authority: Authority;
  readonly signer: Signer;
  readonly dispatcher: Dispatcher;
  readonly metrics: Metrics;
}

export interface GivenAnswer {
  readonly workflowId: string;
  readonly questionId: string;
  readonly said: z.output<NonNullable<(typeof decide)['body']>>;
  readonly person: string;
  /** How the gateway knows that it is this person: stands in the signed words. */
  readonly authenticatedBy: string;
  /** How long an answer waits for the run's own word, in milliseconds. */
  readonly waitMs: number;
}

type Answered = z.output<(typeof decide)['response']>;

/** Takes an answer of a person who is authenticated. Throws a ProblemError where it is refused. */
export type TakeAnswer = (given: GivenAnswer) => Promise<Answered>;

/**
 * Every channel ends here. Authenticated, entitled and bound to what the person saw: signed, written to the ledger, then
 * delivered. Whatever is refused is written down as well.
 */
export const createTakeAnswer =
  ({ ledger, authority, signer, dispatcher, metrics }: AnsweringDeps): TakeAnswer =>
  async ({ workflowId, questionId, said: body, person, authenticatedBy, waitMs }) => {
    // One look at the ledger for all of it: a person waits, and the run with them.
    const [row, earlier, run, standIns, clock] = await Promise.all([
      ledger.question(workflowId, questionId),
      ledger.decisions(workflowId, questionId),
      ledger.run(workflowId),
      ledger.delegations(),
      ledger.now(),
    ]);
    if (row === undefined) {
      throw new ProblemError('no-such-question', `the run ${workflowId} has no question "${questionId}"`);
    }
    const id = decisionId({ workflowId, questionId, person, requestId: body.requestId ?? randomUUID() });
    const repeated = earlier.find((d) => d.id === id);
    if (repeated !== undefined && !saysTheSame(repeated, body)) {
      throw new ProblemError(
        'conflict',
        `the request "${body.requestId}" was used for another answer ("${repeated.answer}"); look at the question, and send a new request id`,
      );
    }
    if (repeated === undefined) {
      const { requestId: _, ...said } = body;
      const answer = { ...said, person };
      // A decision counts by the ledger's clock, so it is refused as late by the same.
      const now = new Date(clock);
      const refusal = decisionRefusal({ row, run, answer, authority, standIns, earlier, now });
      if (refusal !== undefined) {
        const statement = canonicalJson({ ...answer, at: new Date().toISOString() });
        await ledger.recordRefusal({ workflowId, questionId, why: refusal.message, statement });
        metrics.decision(refusal.code);
        throw new ProblemError(refusal.code, refusal.message);
      }
    }
    const decision = repeated ?? (await receive());
    const outcome = decision.outcome ?? (await dispatcher.deliverNow(decision, waitMs));
    const answer = { decisionId: id, receivedAt: decision.receivedAt };
    if (outcome === 'later') {
      metrics.decision('recorded');
      return { ...answer, delivered: false };
    }
    metrics.decision(outcome.counted ? 'counted' : 'not-counted');
    if (!outcome.counted) {
      throw new ProblemError(outcome.code ?? 'not-counted', outcome.why);
    }
    return { ...answer, delivered: true, outcome };

    function receive(): Promise<DecisionRow> {
      const { answer, reason, positions, minutes } = body;
      const signed = signDecision(signer, {
        workflowId,
        question: row!.question,
        questionHash: questionHash(workflowId, row!.question),
        answer,
        ...(positions && { positions }),
        ...(minutes && { minutes }),
        reason,
        person,
        authenticatedBy,
      });
      return ledger.receiveDecision({ id, workflowId, questionId, signed, person, answer, reason });
    }
  };

type Said = Pick<
  DecisionStatement,
  'answer' | 'reason' | 'positions' | 'minutes' | 'questionHash' | 'planHash'
>;

/** Whether a repeated request asks for what was signed then. */
const saysTheSame = ({ signed }: DecisionRow, asked: Said): boolean =>
  wordsOf(DecisionStatement.parse(JSON.parse(signed.statement))) === wordsOf(asked);

const wordsOf = ({ answer, reason, positions = [], minutes = 0, questionHash: of, planHash }: Said): string =>
  canonicalJson({ answer, reason, positions, minutes, of, planHash });

/** Also the id of Temporal's Update: the same request of the same person is the same decision. */
const decisionId = (d: {
  workflowId: string;
  questionId: string;
  person: string;
  requestId: string;
}): string => `decision-${hashOf(d).slice(0, 32)}`;
