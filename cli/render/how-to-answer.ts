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
      ? [`nightshift approve ${which}`, `nightshift reject ${which} --reason '...'`]
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
