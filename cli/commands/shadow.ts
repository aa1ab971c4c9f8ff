import { Command } from 'commander';
import { example, type Context } from '../command.ts';
import { renderShadowReport } from '../render/shadow-report.ts';
import { parsePositive } from '../terminal/parse-option.ts';
import { print, withOutput, type OutputOption } from '../terminal/output-format.ts';

export const shadowCommand = (context: Context): Command =>
  new Command('shadow')
    .description('runbooks in shadow: their alerts start runs that only try, and look what people do instead')
    .addCommand(report(context));

const report = ({ io, api }: Context): Command =>
  withOutput(new Command('report'))
    .description('what a runbook would have done beside what was done, run by run, and how often they agree')
    .argument('<runbook>', 'its id; "shadow" in nightshift.config.ts puts it in shadow')
    .option('--limit <n>', 'of its newest runs, at most so many', parsePositive, 50)
    .addHelpText(
      'after',
      example(
        'nightshift shadow report pods-crash-on-one-node',
        'nightshift shadow report node-not-ready --limit 500 -o json',
      ),
    )
    .action(async (runbook: string, { limit, ...output }: OutputOption & { readonly limit: number }) => {
      const answer = await (await api()).shadowReport(runbook, { limit });
      print(io, output, answer, () => renderShadowReport(answer, io.screen()));
    });
