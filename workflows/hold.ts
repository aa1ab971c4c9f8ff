import type { Duration } from '../activities/kit/index.ts';
import { run } from './current-run.ts';
import { abortedAt, HOLD_MEANINGS } from './held.ts';
import { ask } from './questions.ts';

export interface HoldOptions<A extends string> {
  /** What the person needs to know, as Markdown. */
  readonly body: string;
  /** Each answer with what it means. `abort` is always added. */
  readonly options: Readonly<Record<A, string>>;
  /** Who may answer; the runbook's owner when absent. */
  readonly from?: string | readonly string[];
  readonly within?: Duration;
}

/** Stops and asks a person how to go on. Answers their choice, or undefined when nobody chose in time. */
export async function hold<const A extends string>(
  title: string,
  options: HoldOptions<A>,
): Promise<A | undefined> {
  const from = options.from ?? run.owner;
  const answered = await ask({
    kind: 'hold',
    title,
    body: options.body,
    options: [
      ...Object.entries<string>(options.options).map(([answer, meaning]) => ({ answer, meaning })),
      { answer: 'abort', meaning: HOLD_MEANINGS.abort },
    ],
    from: typeof from === 'string' ? [from] : [...from],
    quorum: 1,
    within: options.within,
  });
  if (answered.answer === 'abort') abortedAt(title, answered.people.join(', '));
  return answered.answer as A | undefined;
}
