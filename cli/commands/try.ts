import { Command } from 'commander';
import { example, type Context } from '../command.ts';
import { inputOf, withInput, type InputOptions } from '../start/run-input.ts';
import { withOutput, type OutputOption } from '../terminal/output-format.ts';
import { follow } from './watch.ts';

export const tryCommand = (context: Context): Command =>
  withInput(withOutput(new Command('try')))
    .description(
      'try a runbook: it reads for real, shows its plans, asks nobody and carries nothing out; past a plan it goes on as if it were done, and says what it assumed',
    )
    .argument('<runbook>', 'its id; "nightshift runbooks" lists them')
    .addHelpText(
      'after',
      example(
        'nightshift try pods-crash-on-one-node',
        'nightshift try bad-rollout --set namespace=shop --set deployment=api',
      ),
    )
    .action(async (runbook: string, options: InputOptions & OutputOption) => {
      const client = await context.api();
      const input = await inputOf(runbook, options, context);
      const { workflowId } = await client.startRun({ runbook, input, dryRun: true });
      return follow(context, { workflowId, answer: false, output: options.output });
    });
