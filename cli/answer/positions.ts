import type { QuestionView } from '../../gateway/api/questions.ts';
import { EXIT } from '../exit-code.ts';
import { CliFailure } from '../failure.ts';

/** `1,3` as the places 0 and 2 of the question's plan. Throws a usage error that says what can be named. */
export function positionsOf({ question }: QuestionView, only: string): number[] {
  const { plan } = question;
  if (!plan?.inPart) {
    throw new CliFailure(
      EXIT.usage,
      'this plan holds only as a whole: its runbook does not allow a part of it',
      {
        next: 'approve all of it, or reject it and say in the reason what you would keep',
      },
    );
  }
  const count = plan.changes.length;
  const places = only.split(',').map((part) => (/^\s*[1-9]\d*\s*$/.test(part) ? Number(part) - 1 : NaN));
  if (places.some((place) => !(place < count))) {
    throw new CliFailure(
      EXIT.usage,
      `--only ${only}: write numbers from 1 to ${count}, like --only 1,${count}`,
    );
  }
  return [...new Set(places)].sort((a, b) => a - b);
}
