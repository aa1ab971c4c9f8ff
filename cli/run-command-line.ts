import { CommanderError } from 'commander';
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
    const failure = error instanceof CommanderError ? usage(error, args) : becauseOfUs(error, io);
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

function usage(error: CommanderError, args: readonly string[]): CliFailure {
  const [what = '', hint = ''] = error.message.replace(/^error: /, '').split('\n');
  const meant = /Did you mean (?:one of )?(.*)\?\)?$/.exec(hint)?.[1];
  const command = args
    .filter((arg) => !arg.startsWith('-'))
    .slice(0, error.code === 'commander.unknownCommand' ? 0 : 1);
  return new CliFailure(EXIT.usage, what, {
    next: meant ? `did you mean ${meant}?` : `${['nightshift', ...command].join(' ')} --help`,
  });
}
