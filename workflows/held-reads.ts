/**
 * Reads that fail at about the same time are one hold: one page, one question, and its answer is for all of them. One
 * that fails while the question is open joins it.
 */
import { condition } from '@temporalio/workflow';
import { run } from './current-run.ts';
import { failureMessage } from './failure-message.ts';
import { heldAt } from './held.ts';
import { tell, type AskedQuestion } from './questions.ts';

/** So long the first failure waits for the reads beside it, which may fail for the same reason. */
const GATHER = '3s';
/** Failures that a question lists; it counts the others. */
const LISTED = 20;

interface FailedRead {
  readonly what: string;
  readonly message: string;
}

interface Held {
  readonly reads: FailedRead[];
  asked?: AskedQuestion;
  over?: Promise<void>;
}

let held: Held | undefined;

/** Answers when they are to be tried again; an abort is thrown as a cancellation, to all of them. */
export function heldWithOthers(what: string, error: unknown): Promise<void> {
  const failed = { what, message: failureMessage(error) };
  if (held) {
    held.reads.push(failed);
    showJoined(held, what);
    return held.over!;
  }
  const first: Held = { reads: [failed] };
  held = first;
  return (first.over = holdFor(first));
}

async function holdFor(group: Held): Promise<void> {
  try {
    if (run.reading > 0) await condition(() => run.reading === 0, GATHER);
    await heldAt({
      what: titleOf(group.reads),
      error: new Error(
        group.reads.map((r) => (group.reads.length > 1 ? `${r.what}: ${r.message}` : r.message)).join('; '),
      ),
      body: bodyOf(group.reads),
      options: ['retry', 'abort'],
      asked: (question) => (group.asked = question),
    });
  } finally {
    held = undefined;
  }
}

function showJoined({ asked, reads }: Held, what: string): void {
  if (!asked) return;
  asked.question = { ...asked.question, body: bodyOf(reads) };
  tell(asked, { kind: 'joined', what });
}

const titleOf = ([first, ...others]: readonly FailedRead[]): string =>
  others.length ? `${first!.what}, and ${others.length} more` : first!.what;

function bodyOf(reads: readonly FailedRead[]): string {
  if (reads.length === 1) return `**${reads[0]!.what}** did not succeed: ${reads[0]!.message}`;
  const lines = reads.slice(0, LISTED).map(({ what, message }) => `- **${what}**: ${message}`);
  if (reads.length > LISTED) lines.push(`- and ${reads.length - LISTED} more`);
  return `${reads.length} reads did not succeed. An answer is for all of them.\n\n${lines.join('\n')}`;
}
