import { z } from 'zod';
import { DecisionOutcome, Question } from '../../workflows/messages.ts';
import { endpoint } from './endpoint.ts';

export const DecisionView = z.object({
  id: z.string(),
  person: z.string(),
  answer: z.string(),
  reason: z.string(),
  receivedAt: z.string(),
  deliveredAt: z.string().optional(),
  outcome: DecisionOutcome.optional(),
});
export type DecisionView = z.output<typeof DecisionView>;

export const QuestionView = z.object({
  workflowId: z.string(),
  runbook: z.string(),
  question: Question,
  /** What a decision is bound to; equal to `questionHash(workflowId, question)`. */
  questionHash: z.string(),
  status: z.enum(['open', 'closed']),
  closedAt: z.string().optional(),
  closedAs: z.string().optional(),
  decisions: z.array(DecisionView),
});
export type QuestionView = z.output<typeof QuestionView>;

const params = z.object({
  workflowId: z.string().min(1).max(1000),
  questionId: z.string().min(1).max(200),
});

export const listQuestions = endpoint({
  method: 'GET',
  path: '/api/questions',
  scope: 'read',
  summary: 'Questions, oldest first; of more than the limit those that are open, then the newest',
  query: z.strictObject({
    status: z.enum(['open', 'closed']).optional(),
    workflowId: z.string().optional(),
    limit: z.coerce.number<string | number>().int().min(1).max(500).default(50),
  }),
  response: z.object({ questions: z.array(QuestionView) }),
});

export const showQuestion = endpoint({
  method: 'GET',
  path: '/api/questions/:workflowId/:questionId',
  scope: 'read',
  summary: 'One question with its plan and the answers so far',
  params,
  response: QuestionView,
});

export const decide = endpoint({
  method: 'POST',
  path: '/api/questions/:workflowId/:questionId/decisions',
  scope: 'decide',
  summary: 'Answer a question; 202 when it is recorded and the run will get it later',
  params,
  body: z.strictObject({
    answer: z.string().min(1).max(100),
    reason: z.string().max(2000).default(''),
    /** With `approve`, where the plan may be approved in part: only the changes at these places, from 0. */
    positions: z.array(z.int().nonnegative()).min(1).max(1000).optional(),
    /** With `more-time`: how many minutes. */
    minutes: z.int().positive().max(60).optional(),
    /** Of the question and the plan that the person saw; '' where the question has no plan. */
    questionHash: z.string(),
    planHash: z.string(),
    /** Repeating a request with the same id is not a second answer. */
    requestId: z.string().min(8).max(200).optional(),
  }),
  response: z.object({
    decisionId: z.string(),
    receivedAt: z.string(),
    /** False: it is in the ledger and will reach the run as soon as a worker takes it. */
    delivered: z.boolean(),
    outcome: DecisionOutcome.optional(),
  }),
});
