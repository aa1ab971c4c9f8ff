import type { CurrentRun } from './current-run.ts';
import type { RunState } from './messages.ts';
import { deadlineOf } from './more-time.ts';

/** What a run does or waits for just now: the same words in nightshift and in Temporal's own UI. */
export function doingNow({
  journal,
  questions,
  ending,
}: Pick<CurrentRun, 'journal' | 'questions' | 'ending'>): Pick<RunState, 'doing' | 'waitingFor'> {
  const open = [...questions.values()].find((asked) => !asked.closed)?.question;
  if (open) {
    const { title, from, openedAt, escalation } = open;
    const later = escalation.filter((step) => Date.parse(step.at) <= Date.now()).flatMap((step) => step.to);
    return {
      doing: `waits for an answer: ${title}`,
      waitingFor: { what: title, whom: [...from, ...later], since: openedAt, until: deadlineOf(open) },
    };
  }
  const { current, entries } = journal;
  if (!current) return { doing: ending?.reason ?? entries.at(-1)?.text ?? 'thinking' };
  const { text, name, at } = current;
  return { doing: text, waitingFor: { what: text, whom: [name], since: at } };
}
