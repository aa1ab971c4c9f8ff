import { Command } from 'commander';
import { example, type Context } from '../command.ts';
import { findRun } from '../connect/resolve-run.ts';
import { renderMilestones, renderTimes } from '../render/report.ts';
import { parsePositive } from '../terminal/parse-option.ts';
import { print, withOutput, type OutputOption } from '../terminal/output-format.ts';

interface Options extends OutputOption {
  readonly days: number;
  readonly runbook?: string;
}

/** How long it takes until somebody notices, comes, helps and is done; and of one run, what says so. */
export const reportCommand = ({ io, api }: Context): Command =>
  withOutput(new Command('report'))
    .description(
      'how long incidents took, by runbook and over time; of one run, when what happened and what says so',
    )
    .argument('[run]', 'of this run alone: its id or a part of it')
    .option('--days <n>', 'the incidents of so many days', parsePositive, 90)
    .option('--runbook <id>', 'of this runbook alone')
    .addHelpText('after', example('nightshift report --days 30', 'nightshift report pods-crash'))
    .action(async (named: string | undefined, { days, runbook, ...output }: Options) => {
      const client = await api();
      if (named !== undefined) {
        const { run } = await findRun(client, named);
        const incident = await client.milestones(run.workflowId);
        return print(io, output, incident, () => renderMilestones(incident, io.screen()));
      }
      const report = await client.report({ days, ...(runbook !== undefined && { runbook }) });
      print(io, output, report, () => renderTimes(report, io.screen()));
    });
