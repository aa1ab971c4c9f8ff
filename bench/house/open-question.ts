import { setTimeout as sleep } from 'node:timers/promises';
import type { ApiClient } from '../../gateway/api-client.ts';
import type { QuestionView } from '../../gateway/api/questions.ts';

/** The first question of a run, once it is open. */
export async function openQuestion(
  api: ApiClient,
  o: { readonly workflowId: string; readonly lookEveryMs: number },
): Promise<QuestionView> {
  for (;;) {
    const { questions } = await api.questions({ workflowId: o.workflowId, status: 'open' });
    if (questions[0]) return questions[0];
    await sleep(o.lookEveryMs);
  }
}

/** The body of a decision that says yes to what the question shows. */
export const approval = ({ question, questionHash }: QuestionView) => ({
  answer: 'approve',
  reason: '',
  questionHash,
  planHash: question.plan?.hash ?? '',
});
