import { writeFile } from 'node:fs/promises';
import { Command } from 'commander';
import type { ApiClient } from '../../gateway/api-client.ts';
import { example, type Context } from '../command.ts';
import { findRun } from '../connect/resolve-run.ts';
import { EXIT } from '../exit-code.ts';
import { CliFailure } from '../failure.ts';
import { renderMilestones, renderTimes } from '../render/report.ts';
import { printLines, type Io } from '../terminal/io.ts';
import { parsePositive } from '../terminal/parse-option.ts';
import { print, withOutput, type OutputOption } from '../terminal/output-format.ts';

interface Options extends OutputOption {
  readonly days?: number;
  readonly runbook?: string;
  readonly html?: true;
  readonly to?: string;
}

/** How long it takes until somebody notices, comes, helps and is done; and of one run, what happened and what says so. */
export const reportCommand = ({ io, api }: Context): Command =>
  withOutput(new Command('report'))
    .description(
      'how long incidents took, by runbook and over time; of one run, what happened and what says so',
    )
    .argument('[run]', 'of this run alone: its id or a part of it')
    .option('--days <n>', 'the incidents of so many days, 90 when left out', parsePositive)
    .option('--runbook <id>', 'of this runbook alone')
    .option('--html', 'of one run: the incident report as a page of its own, that loads nothing')
    .option('--to <file>', 'with --html: standard output when left out')
    .addHelpText(
      'after',
      example('nightshift report --days 30', 'nightshift report pods-crash --html --to incident.html'),
    )
    .action(async (named: string | undefined, options: Options) => {
      mustFit(named, options);
      const client = await api();
      if (named === undefined) {
        const { days, runbook } = options;
        const report = await client.report({ ...(days && { days }), ...(runbook && { runbook }) });
        return print(io, options, report, () => renderTimes(report, io.screen()));
      }
      const { workflowId } = (await findRun(client, named)).run;
      if (options.html) return writePage({ io, client, workflowId, to: options.to });
      const incident = await client.milestones(workflowId);
      print(io, options, incident, () => renderMilestones(incident, io.screen()));
    });

function mustFit(named: string | undefined, { days, runbook, html, to, output }: Options): void {
  const wrong =
    (named === undefined && html && 'name the run whose report is wanted as a page') ||
    (named !== undefined &&
      (days ?? runbook) !== undefined &&
      '--days and --runbook are for all runs: leave out the run') ||
    (to !== undefined && !html && '--to is for the page: pass --html too') ||
    (html && output === 'json' && 'a page is no JSON: pass --html or -o json');
  if (wrong) throw new CliFailure(EXIT.usage, wrong, { next: '"nightshift report --help" shows how' });
}

async function writePage(o: {
  readonly io: Io;
  readonly client: ApiClient;
  readonly workflowId: string;
  readonly to: string | undefined;
}): Promise<void> {
  const page = await o.client.incidentPage(o.workflowId);
  if (o.to === undefined) return printLines(o.io, [page.trimEnd()]);
  await writeFile(o.to, page, { mode: 0o600 });
  printLines(o.io, [`Wrote ${o.to}. It loads nothing: open it in a browser, print it, send it.`]);
}
