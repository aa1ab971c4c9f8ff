import type { ApiClient } from '../../gateway/api-client.ts';
import type { QuestionView } from '../../gateway/api/questions.ts';
import { toFailure, renderFailure } from '../failure.ts';
import { printLines, type Io } from '../terminal/io.ts';
import { askForAnswer, askForReason, confirmApproval } from './confirm.ts';
import { acknowledgement, giveAnswer } from './give-answer.ts';

/**
 * Lets the person at the terminal answer a question that was just printed. A refusal is printed and the watching goes
 * on: the question may have been answered elsewhere in the meantime.
 */
export async function answerHere(
  { api, io }: { api: Pick<ApiClient, 'decide'>; io: Io },
  view: QuestionView,
  closed: AbortSignal,
): Promise<void> {
  const asking = { io, signal: closed };
  const answer = await askForAnswer(view, asking);
  if (answer === undefined) return;
  if (answer === 'approve') {
    if (!(await confirmApproval(view, asking))) return printLines(io, ['Nothing was answered.']);
  }
  const reason = answer === 'approve' ? '' : await askForReason(answer, asking);
  if (closed.aborted) return printLines(io, ['The question is closed; nothing was answered.']);
  try {
    const given = await giveAnswer(api, view, { answer, reason });
    printLines(io, [acknowledgement(view, answer, given)]);
  } catch (error) {
    printLines(io, [renderFailure(toFailure(error)).trimEnd()]);
  }
}
