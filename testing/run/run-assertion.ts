import { inspect } from 'node:util';

/** A sentence about a run that is not true. The message shows what the run did instead, and its journal. */
export class RunAssertion extends Error {
  override readonly name = 'RunAssertion';
}

/** Throws when it does not hold; the stack begins where the test said the sentence. */
export function claim(
  holds: boolean,
  o: {
    readonly sentence: string;
    readonly instead: string;
    readonly story: string;
    readonly from: (...args: never[]) => unknown;
  },
): asserts holds {
  if (holds) return;
  const error = new RunAssertion(`${o.sentence}\n${o.instead}\n\nIts journal:\n${o.story}`);
  Error.captureStackTrace(error, o.from);
  throw error;
}

export const list = (items: readonly string[], none = 'nothing'): string =>
  items.length ? items.map((item) => `\n  - ${item}`).join('') : ` ${none}`;

export const shown = (value: unknown): string => inspect(value, { depth: 6, breakLength: 100 });
