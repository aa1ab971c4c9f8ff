/** What a message carries so that a question can be answered where it is read. Pure. */
import { z } from 'zod';
import { plainLine, Risk, type DiffEntry } from '../../activities/kit/index.ts';
import { questionHash, type Question } from '../../workflows/messages.ts';

export const Answering = z.object({
  kind: z.string(),
  /** Of what the message shows: an answer is bound to them. */
  questionHash: z.string(),
  planHash: z.string(),
  risk: Risk.optional(),
  options: z.array(z.string()),
  /** What the plan would change, line by line. */
  diff: z.array(z.string()),
  /** Whether `diff` is all of it. */
  whole: z.boolean(),
});
export type Answering = z.output<typeof Answering>;

/** More is read in a terminal. */
const MOST_LINES = 60;
const LONGEST_LINE = 300;

export function answeringOf(run: string, question: Question): Answering {
  const { kind, options, plan } = question;
  const lines = [...(plan?.changes ?? []), ...(plan?.putBacks ?? [])].flatMap(
    ({ summary, target, diff, warnings }) => [
      plainLine(`${summary} (${target})`),
      ...diff.flatMap(linesOf),
      ...warnings.map((warning) => plainLine(`  ! ${warning}`)),
    ],
  );
  return {
    kind,
    questionHash: questionHash(run, question),
    planHash: plan?.hash ?? '',
    risk: plan?.risk,
    options: options.map(({ answer }) => answer),
    diff: lines.slice(0, MOST_LINES).map((line) => line.slice(0, LONGEST_LINE)),
    whole: lines.length <= MOST_LINES && lines.every((line) => line.length <= LONGEST_LINE),
  };
}

const linesOf = ({ path, before, after }: DiffEntry): string[] => [
  ...(before === null ? [] : [plainLine(`  - ${path}: ${JSON.stringify(before)}`)]),
  ...(after === null ? [] : [plainLine(`  + ${path}: ${JSON.stringify(after)}`)]),
];
