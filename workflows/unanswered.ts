/** What a hold or an offer to undo does while nobody answers, by the deployment's configuration when the run began. */
import { run } from './current-run.ts';
import type { QuestionDraft } from './questions.ts';

/** The draft, reminding and escalating where it does not say itself how. */
export function whileUnanswered(draft: QuestionDraft): QuestionDraft {
  const waits = draft.kind === 'hold' || draft.kind === 'undo';
  if (!run.unanswered || !waits || draft.remindEvery !== undefined) return draft;
  const { remindAfter, escalateAfter, escalateTo } = run.unanswered;
  const others = escalateTo.filter((name) => !draft.from.includes(name));
  // A runbook that gave its hold a time of its own goes on by itself after it.
  const goesOn = draft.kind === 'hold' && draft.within !== undefined;
  return {
    ...draft,
    remindEvery: remindAfter,
    everRarer: true,
    ...(others.length > 0 && !goesOn && { escalateTo: others, escalateAfter }),
  };
}
