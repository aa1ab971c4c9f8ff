import { Command } from 'commander';
import { example, type Context } from '../command.ts';
import { noTerminal } from '../answer/confirm.ts';
import { print, withOutput, type OutputOption } from '../terminal/output-format.ts';
import { askInput } from '../terminal/ask-input.ts';
import { runInput, type Json } from '../terminal/run-input.ts';
import { follow } from './watch.ts';

interface Options extends OutputOption {
  readonly input?: string;
  readonly set: readonly string[];
  readonly dryRun?: true;
  readonly watch?: true;
  readonly answer?: true;
  readonly requestId?: string;
}

export const runCommand = (context: Context): Command =>
  withOutput(new Command('run'))
    .description('start a runbook; at a terminal it asks for an input that was not given, field by field')
    .argument('<runbook>', 'its id; "nightshift runbooks" lists them')
    .option('--input <json>', 'its input: JSON, @FILE, or - for standard input')
    .option('--set <path=value>', 'one field of the input; may be repeated', collect, [])
    .option('--dry-run', 'show plans, carry none out')
    .option('-w, --watch', 'follow it until it ends; the exit code tells how')
    .option('--answer', 'with --watch: answer its questions right here')
    .option('--request-id <id>', 'the same id again is the same run')
    .addHelpText(
      'after',
      example(
        'nightshift run cluster-look-around --watch',
        'nightshift run pods-crash-on-one-node',
        'nightshift run pods-crash-on-one-node --set namespace=payments --set service=payment-service --dry-run',
      ),
    )
    .action(async (runbook: string, options: Options) => {
      const { io } = context;
      if (options.answer && !io.interactive)
        throw noTerminal('--answer', 'leave it away and use "nightshift approve --yes --plan-hash PREFIX"');
      const client = await context.api();
      const run = await client.startRun({
        runbook,
        input: await inputOf(runbook, options, context),
        dryRun: options.dryRun ?? false,
        ...(options.requestId ? { requestId: options.requestId } : {}),
      });
      if (options.watch ?? options.answer) {
        return follow(context, {
          workflowId: run.workflowId,
          answer: options.answer ?? false,
          output: options.output,
        });
      }
      print(io, options, run, () => [`Started ${run.workflowId}`, `  nightshift watch ${run.workflowId}`]);
    });

/** What was given; else, at a terminal, the answers to its fields. A runbook that nobody knows is refused by the gateway. */
async function inputOf(id: string, options: Options, { io, api }: Context): Promise<Json> {
  const given = options.input !== undefined || options.set.length > 0;
  if (given || !io.interactive || options.output === 'json') return runInput(options, io);
  const { runbooks } = await (await api()).runbooks();
  const runbook = runbooks.find((r) => r.id === id);
  return runbook ? askInput(runbook.inputSchema, io) : {};
}

const collect = (value: string, before: readonly string[]): readonly string[] => [...before, value];
