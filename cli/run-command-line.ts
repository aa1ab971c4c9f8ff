import { CommanderError, type Command } from 'commander';
import { createContext } from './command.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import { CliFailure, renderFailure, toFailure } from './failure.ts';
import { createProgram, isAskedFor } from './program.ts';
import type { Io } from './terminal/io.ts';

/** Runs one command line to its end and answers with the exit code; what went wrong is on standard error. */
export async function runCommandLine(args: readonly string[], io: Io): Promise<ExitCode> {
  const program = createProgram(createContext(io));
  if (args.length === 0) {
    io.stdout.write(program.helpInformation());
    return EXIT.ok;
  }
  try {
    await program.parseAsync(args, { from: 'user' });
    return EXIT.ok;
  } catch (error) {
    if (error instanceof CommanderError && isAskedFor(error))
      return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    const failure =
      error instanceof CommanderError ? usage(error, commandOf(program, args)) : becauseOfUs(error, io);
    io.stderr.write(renderFailure(failure));
    return failure.exitCode;
  }
}

/** What fails after a Ctrl-C failed because of it. */
function becauseOfUs(error: unknown, { interrupted }: Io): CliFailure {
  const failure = toFailure(error);
  return interrupted.aborted && failure.exitCode === EXIT.failed
    ? new CliFailure(EXIT.interrupted, 'interrupted', { cause: error })
    : failure;
}

/** The command that was meant, as far as it was found: `nightshift lab add`. */
function commandOf(program: Command, args: readonly string[]): string {
  const words = [program.name()];
  let at: Command | undefined = program;
  for (const arg of args.filter((one) => !one.startsWith('-'))) {
    at = at.commands.find((command) => command.name() === arg || command.aliases().includes(arg));
    if (!at) break;
    words.push(at.name());
  }
  return words.join(' ');
}

function usage(error: CommanderError, command: string): CliFailure {
  const [what = '', hint = ''] = error.message.replace(/^error: /, '').split('\n');
  const meant = /Did you mean (?:one of )?(.*)\?\)?$/.exec(hint)?.[1];
  return new CliFailure(EXIT.usage, what, {
    next: meant ? `did you mean ${meant}?` : `${command} --help`,
  });
}
