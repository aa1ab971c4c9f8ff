/** A step called as the worker calls it, and what is wrong with how it took the answers that it was given. */
import { canonicalJson, StepFailure, type ImplementedStep } from '../../../activities/kit/index.ts';
import { printableJson } from '../../../cli/render/clean.ts';
import { storable } from '../../../ledger/storable.ts';
import type { AnyContract, ApplyContext, PlanContext } from '../../../activities/kit/index.ts';

/** Control characters but for the end of a line, and what turns a line around. */
const ACTS = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/u;

/**
 * Nothing, where the step answered what its contract says and what can be kept and shown, or failed as steps fail; in
 * words what it did otherwise.
 */
export async function wrongWith(
  step: ImplementedStep,
  input: unknown,
  context: PlanContext & ApplyContext,
): Promise<string | undefined> {
  try {
    if ('run' in step) return notAsDeclared(step.contract, await step.run(input, context));
    return await wrongWithChange(step, input, context);
  } catch (error) {
    if (error instanceof StepFailure) return wrongWithFailure(error);
    if (context.signal.aborted) return undefined;
    const [first, ...stack] = String((error as Error).stack ?? error).split('\n');
    return `${first}${stack.find((line) => line.includes('/activities/')) ?? ''}`;
  }
}

async function wrongWithChange(
  { contract, implementation }: Extract<ImplementedStep, { implementation: unknown }>,
  input: unknown,
  context: PlanContext & ApplyContext,
): Promise<string | undefined> {
  const planned = await implementation.plan(input, context);
  const preconditions = contract.preconditions.safeParse(planned.preconditions);
  const preimage = contract.preimage.safeParse(planned.preimage);
  if (!preconditions.success) return `preconditions: ${preconditions.error.message}`;
  if (!preimage.success) return `pre-image: ${preimage.error.message}`;
  const undo = implementation.undo?.(preimage.data, { input, operation: context.operation });
  const shown = notShown({ ...planned, undo });
  if (shown) return shown;
  const settled = async (call: () => Promise<object>) => {
    try {
      const answer = await call();
      return 'output' in answer ? notAsDeclared(contract, answer.output) : undefined;
    } catch (error) {
      if (error instanceof StepFailure) return wrongWithFailure(error);
      throw error;
    }
  };
  return (
    (await settled(() => implementation.apply(input, preconditions.data, context))) ??
    (await settled(() => implementation.probe(input, preconditions.data, context)))
  );
}

function notAsDeclared(contract: AnyContract, output: unknown): string | undefined {
  const parsed = contract.output.safeParse(output);
  if (!parsed.success) return `not what its contract says: ${parsed.error.message}`;
  return notShown(parsed.data);
}

/** It can be kept, hashed, carried as JSON and printed. */
function notShown(value: unknown): string | undefined {
  const text = JSON.stringify(value);
  canonicalJson(storable(JSON.parse(text ?? 'null')));
  return ACTS.test(printableJson(value)) ? 'it acts on a terminal' : undefined;
}

function wrongWithFailure({ message, facts, next }: StepFailure): string | undefined {
  if (message.length > 5_000) return `a failure of ${message.length} characters`;
  return notShown({ message, facts, next });
}
