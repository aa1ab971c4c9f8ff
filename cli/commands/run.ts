import { Command } from 'commander';
import { example, type Context } from '../command.ts';
import { noTerminal } from '../answer/confirm.ts';
import { inputOf, withInput, type InputOptions } from '../start/run-input.ts';
import { print, withOutput, type OutputOption } from '../terminal/output-format.ts';
import { follow } from './watch.ts';

interface Options extends OutputOption, InputOptions {
  readonly watch?: true;
  readonly answer?: true;
  readonly requestId?: string;
}

export const runCommand = (context: Context): Command =>
  withInput(withOutput(new Command('run')))
    .description('start a runbook; at a terminal it asks for an input that was not given, field by field')
    .argument('<runbook>', 'its id; "nightshift runbooks" lists them')
    .option('-w, --watch', 'follow it until it ends; the exit code tells how')
    .option('--answer', 'with --watch: answer its questions right here')
    .option('--request-id <id>', 'the same id again is the same run')
    .addHelpText(
      'after',
      example(
        'nightshift run cluster-look-around --watch',
        'nightshift run pods-crash-on-one-node',
        'nightshift run pods-crash-on-one-node --set namespace=payments --set service=payment-service --watch',
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
