import type { ApiClient } from '../../gateway/api-client.ts';
import type { QuestionView } from '../../gateway/api/questions.ts';
import { answerHere } from '../answer/answer-here.ts';
import { acknowledgement, giveAnswer } from '../answer/give-answer.ts';
import { printLines, type Io } from '../terminal/io.ts';

/** Goes into the record beside the answer, so that nobody takes it for a person's. */
export const BY_YES = 'answered by --yes';

/** Answers a question of the run: the person at the terminal, or with --yes this program, which says so. */
export const answering =
  (of: { api: Pick<ApiClient, 'decide'>; io: Io; yes: boolean }) =>
  async (view: QuestionView, closed: AbortSignal): Promise<void> => {
    const { api, io, yes } = of;
    if (!yes) return answerHere({ api, io }, view, closed);
    const answer = unattended(view);
    const given = await giveAnswer(api, view, { answer, reason: BY_YES });
    printLines(io, [`--yes: ${acknowledgement(view, answer, given)}`]);
  };

/** A plan is approved. Nobody is there to look into a hold, so the run is ended, and what it changed undone. */
export function unattended({ question: q }: QuestionView): string {
  const words = q.options.map((option) => option.answer);
  const chosen = ['approve', 'abort', 'undo'].find((answer) => words.includes(answer));
  if (chosen) return chosen;
  throw new Error(`--yes has no answer to "${q.title}" (${words.join(', ')})`);
}
