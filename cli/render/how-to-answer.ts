import type { Question } from '../../workflows/messages.ts';
import { MORE_TIME_ANSWER } from '../../workflows/more-time.ts';
import { word } from './by-hand.ts';
import { cleanLine } from './clean.ts';
import { section } from './headed.ts';
import { shortHash } from './plan.ts';
import type { AskedQuestion } from './question.ts';
import type { Screen } from './screen.ts';

/** The commands that answer this question, ready to be copied: the plan's hash in them is the one that was shown. */
export function howToAnswer({ workflowId, question: q }: AskedQuestion, screen: Screen): string[] {
  const run = word(cleanLine(workflowId));
  // The hash says which plan is meant; the run is only needed where there is none.
  const which = q.plan ? `--plan-hash ${shortHash(q.plan.hash)}` : run;
  const commands =
    q.kind === 'approve'
      ? [
          `nightshift approve ${which}`,
          ...(q.plan?.inPart && q.plan.changes.length > 1
            ? [`nightshift approve ${which} --only 1   # of its ${q.plan.changes.length} changes`]
            : []),
          `nightshift reject ${which} --reason '...'`,
          ...(offers(q, MORE_TIME_ANSWER) ? [`nightshift more-time ${which} --for '15 minutes'`] : []),
        ]
      : q.options.map(
          ({ answer }) =>
            `nightshift answer ${run} ${word(cleanLine(answer))} --question ${word(cleanLine(q.id))}`,
        );
  // Not wrapped: a command that is copied must arrive in one piece.
  return section(
    'TO ANSWER',
    commands.map((command) => `  ${command}`),
    screen,
  );
}

const offers = (q: Question, answer: string): boolean => q.options.some((o) => o.answer === answer);
