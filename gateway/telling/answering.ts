/** What a message carries so that a question can be answered where it is read. Pure. */
import { z } from 'zod';
import { compact, foundBy, onlyOnce, onlyWhile, undoneBy } from '../../activities/kit/change-in-words.ts';
import { printableJson, revealed } from '../../activities/kit/clean.ts';
import { Risk, type DiffEntry, type PlannedChange } from '../../activities/kit/index.ts';
import { questionHash, type Question } from '../../workflows/messages.ts';

export const Answering = z.object({
  kind: z.string(),
  /** Of what the message shows: an answer is bound to them. */
  questionHash: z.string(),
  planHash: z.string(),
  risk: Risk.optional(),
  options: z.array(z.string()),
  /** All that a yes covers, line by line: the changes, what is put back later, and on which conditions. */
  diff: z.array(z.string()),
  /** Whether `diff` is all of it. */
  whole: z.boolean(),
});
export type Answering = z.output<typeof Answering>;

/** More is read in a terminal. */
const MOST_LINES = 60;
const LONGEST_LINE = 600;

export function answeringOf(run: string, question: Question): Answering {
  const { kind, options, plan } = question;
  const { changes = [], putBacks = [] } = plan ?? {};
  const when = changes.length > 0 ? 'later, under this same approval: ' : 'put back now: ';
  const lines = [
    ...changes.flatMap((change) => [
      ...linesOf(change),
      `  ↶ ${undoneBy(change)}`,
      ...conditionOf(change.undo ?? {}),
    ]),
    ...putBacks.flatMap((putBack) => linesOf(putBack, when)),
  ].map((line) => revealed(line).replaceAll('\n', '\\n'));
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

function linesOf(change: PlannedChange, when = ''): string[] {
  const { summary, target, risk, diff, warnings } = change;
  return [
    `${when}${summary} (${target}, ${risk})`,
    ...diff.flatMap(sidesOf),
    ...warnings.map((warning) => `  ! ${warning}`),
    `  · ${foundBy(change)}`,
    ...(compact(change.preconditions) === '' ? [] : [`  · ${onlyWhile(change)}`]),
    ...conditionOf(change),
  ];
}

function conditionOf(change: Pick<PlannedChange, 'once'>): string[] {
  const text = onlyOnce(change);
  return text === undefined ? [] : [`  ? ${text}`];
}

function sidesOf({ path, before, after }: DiffEntry): string[] {
  if (before === null && after === null) return [`    ${path}: (absent)`];
  return [
    ...(before === null ? [] : [`  - ${path}: ${printableJson(before)}`]),
    ...(after === null ? [] : [`  + ${path}: ${printableJson(after)}`]),
  ];
}
