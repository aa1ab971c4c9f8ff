import type { QuestionView } from '../../gateway/api/questions.ts';
import { until } from '../setup/until.ts';
import type { Stack } from './stack.ts';

/** The question about kube-proxy, with the move of pods that came to the node meanwhile answered on the way. */
export async function nextQuestion(stack: Stack, run: string): Promise<QuestionView> {
  for (;;) {
    const question = await stack.question(run, /^(Move the rest|Give kube-proxy)/);
    if (!/^Move the rest/.test(question.question.title)) return question;
    await stack.answer(question, 'approve');
    await until(async () => (await stack.ledger.question(run, question.question.id))?.status === 'closed');
  }
}
