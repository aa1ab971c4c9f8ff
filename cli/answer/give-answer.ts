import { randomUUID } from 'node:crypto';
import type { ApiClient } from '../../gateway/api-client.ts';
import type { QuestionView } from '../../gateway/api/questions.ts';
import { CliFailure } from '../failure.ts';
import { EXIT } from '../exit-code.ts';
import { cleanLine } from '../render/clean.ts';
import { shownHashes } from './shown-hashes.ts';

export type Given = Awaited<ReturnType<ApiClient['decide']>>;

/** The answer as the question words it; a usage error that lists the words when it is none of them. */
export function optionOf({ question }: QuestionView, answer: string): string {
  if (question.options.some((option) => option.answer === answer)) return answer;
  const words = question.options.map((option) => option.answer).join(', ');
  throw new CliFailure(
    EXIT.usage,
    `"${answer}" is no answer to question ${question.id}; it can be: ${words}`,
    {
      next: `nightshift answer RUN ANSWER --question ${question.id}`,
    },
  );
}

/**
 * Sends an answer, bound to what was shown. A connection that broke may have delivered it: it is sent once more under
 * the same request id, which the gateway counts once.
 */
export async function giveAnswer(
  api: Pick<ApiClient, 'decide'>,
  view: QuestionView,
  said: { answer: string; reason: string; positions?: readonly number[]; minutes?: number },
): Promise<Given> {
  const { positions, minutes, reason } = said;
  const body = {
    answer: optionOf(view, said.answer),
    ...(positions && { positions: [...positions] }),
    ...(minutes && { minutes }),
    reason,
    ...shownHashes(view),
    requestId: randomUUID(),
  };
  const send = () => api.decide(view.workflowId, view.question.id, body);
  const given = await send().catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'unreachable') return send();
    throw error;
  });
  if (given.outcome && !given.outcome.counted) {
    throw new CliFailure(EXIT.refused, `the run did not count the answer: ${given.outcome.why}`, {
      next: '"nightshift questions" shows what is open now',
    });
  }
  return given;
}

/** What became of the answer, in one sentence. */
export function acknowledgement({ question }: QuestionView, answer: string, given: Given): string {
  const said = `"${answer}" to ${question.id}`;
  if (!given.delivered) return `${said} is written down; the run gets it as soon as a worker is up.`;
  const { outcome } = given;
  if (outcome?.counted && outcome.until) return `The question is open until ${outcome.until} now.`;
  if (outcome?.counted && !outcome.closed) {
    return `${said} counts: ${outcome.votes} of ${outcome.needed}; still missing: ${cleanLine(outcome.missing ?? 'others')}.`;
  }
  return `${said} counts; the run goes on.`;
}
