import { decide } from '../api/questions.ts';
import type { Serve } from '../serve.ts';
import type { TakeAnswer } from '../take-answer.ts';

/** How long an answer waits for the run's own word before it says `recorded`. */
const DELIVERY_MS = 5_000;

export function serveDecide(serve: Serve, takeAnswer: TakeAnswer): void {
  serve(decide, async ({ params: { workflowId, questionId }, body, caller: { person, token }, reply }) => {
    const answered = await takeAnswer({
      ...{ workflowId, questionId, said: body, person, waitMs: DELIVERY_MS },
      authenticatedBy: `token ${token.id}`,
    });
    if (!answered.delivered) reply.code(202);
    return answered;
  });
}
