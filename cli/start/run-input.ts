import type { Command } from 'commander';
import type { Context } from '../command.ts';
import { askInput } from '../terminal/ask-input.ts';
import type { OutputOption } from '../terminal/output-format.ts';
import { runInput, type Json } from '../terminal/run-input.ts';

export interface InputOptions {
  readonly input?: string;
  readonly set: readonly string[];
}

/** The two ways to give a runbook its input on the command line. */
export const withInput = (command: Command): Command =>
  command
    .option('--input <json>', 'its input: JSON, @FILE, or - for standard input')
    .option('--set <path=value>', 'one field of the input; may be repeated', collect, []);

/** What was given; else, at a terminal, the answers to its fields. A runbook that nobody knows is refused by the gateway. */
export async function inputOf(
  id: string,
  options: InputOptions & OutputOption,
  { io, api }: Context,
): Promise<Json> {
  const given = options.input !== undefined || options.set.length > 0;
  if (given || !io.interactive || options.output === 'json') return runInput(options, io);
  const { runbooks } = await (await api()).runbooks();
  const runbook = runbooks.find((r) => r.id === id);
  return runbook ? askInput(runbook.inputSchema, io) : {};
}

const collect = (value: string, before: readonly string[]): readonly string[] => [...before, value];
