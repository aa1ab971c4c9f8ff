import type { Ledger } from '../../ledger/api.ts';
import { listQuestions, showQuestion } from '../api/questions.ts';
import { ProblemError } from '../problem-error.ts';
import type { Serve } from '../serve.ts';
import { questionView, questionViews } from '../views.ts';

export function serveQuestions(serve: Serve, { ledger }: { ledger: Ledger }): void {
  serve(listQuestions, async ({ query: { status, workflowId, limit } }) => ({
    questions: await questionViews(
      ledger,
      await ledger.questions({ limit, ...(status && { status }), ...(workflowId && { workflowId }) }),
    ),
  }));

  serve(showQuestion, async ({ params: { workflowId, questionId } }) => {
    const row = await ledger.question(workflowId, questionId);
    if (row !== undefined) return questionView(row, await ledger.decisions(workflowId, questionId));
    throw new ProblemError('no-such-question', `the run ${workflowId} has no question "${questionId}"`);
  });
}
