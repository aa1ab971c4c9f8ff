import { Option, type Command } from 'commander';
import { printableJson } from '../render/clean.ts';
import { printLines, type Io } from './io.ts';

export interface OutputOption {
  readonly output: 'text' | 'json';
}

/** Adds `-o json`: on every command that prints data. */
export const withOutput = (command: Command): Command =>
  command.addOption(
    new Option('-o, --output <format>', 'how to print').choices(['text', 'json']).default('text'),
  );

/** Prints the data as JSON, or what `lines` makes of it. */
export function print<T>(
  io: Io,
  { output }: OutputOption,
  data: T,
  lines: (data: T) => readonly string[],
): void {
  printLines(io, output === 'json' ? [printableJson(data, 2)] : lines(data));
}
