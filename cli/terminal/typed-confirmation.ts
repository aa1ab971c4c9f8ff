import { isCancel, text } from '@clack/prompts';
import { CliFailure } from '../failure.ts';
import { EXIT } from '../exit-code.ts';
import type { Io } from './io.ts';

/** Has the person type `wanted`; throws a CliFailure for anything else, and where there is no terminal to type at. */
export async function typedConfirmation(
  io: Io,
  { wanted, what }: { readonly wanted: string; readonly what: string },
): Promise<void> {
  if (!io.interactive)
    throw new CliFailure(EXIT.usage, `nothing was done, for it was not confirmed. It would mean: ${what}`, {
      next: 'pass --yes',
    });
  const typed = await text({
    ...{ input: io.stdin, output: io.stdout, signal: io.interrupted },
    message: `${what}. Type ${wanted} to do so; anything else changes nothing`,
  });
  if (isCancel(typed) || typed.trim() !== wanted) throw new CliFailure(EXIT.interrupted, 'nothing was done');
}
