import { CancellationScope } from '@temporalio/workflow';
import type { z } from 'zod';
import type { CheckingRead, Duration } from '../activities/kit/index.ts';
import { ordinary } from './calls.ts';
import { run } from './current-run.ts';
import { failureMessage } from './failure-message.ts';
import { parseReminderTime, type ReminderTime } from './reminder-time.ts';

/** Looked at when the time has come: while it passes nobody is asked. */
export interface Unless<I extends z.ZodType = z.ZodType> {
  readonly check: CheckingRead<I>;
  readonly input: z.input<I>;
}

export type ReminderOptions<I extends z.ZodType> = {
  /** The role or person who is asked. */
  readonly to: string;
  readonly unless?: Unless<I>;
} & (
  | { readonly in: Duration; readonly at?: never }
  /** A time without a zone is by the clocks of whoever is reminded. */
  | { readonly at: ReminderTime; readonly in?: never }
);

/**
 * Asks somebody later whether it is done: they close it, postpone it, or have this runbook run again. It outlives the run.
 * Throws a RangeError where the words name no time.
 */
export function remind<I extends z.ZodType>(text: string, options: ReminderOptions<I>): void {
  const { to, unless } = options;
  const said: string = options.in ?? options.at;
  parseReminderTime(said);
  const check = unless && checkOf(unless);
  run.journal.say({
    kind: 'reminder',
    name: to,
    text,
    facts: { ...(options.in ? { in: said } : { at: said }), ...(check && { unless: check.summary }) },
  });
  if (run.start?.dryRun) return;
  const ordinal = run.next('reminder');
  const set = CancellationScope.nonCancellable(() =>
    ordinary.remind({ ordinal, text, to, said, ...(check && { unless: check }) }),
  );
  // Caught here, since nobody awaits it yet.
  run.background.push(
    set.catch((error: unknown) => {
      run.journal.say(
        { kind: 'note', name: to, text: `The reminder is not set: ${failureMessage(error)}` },
        'failed',
      );
    }),
  );
}

function checkOf<I extends z.ZodType>({ check: { contract }, input }: Unless<I>) {
  const parsed = contract.input.parse(input);
  return { step: contract.name, input: parsed, summary: contract.summary(parsed) };
}
