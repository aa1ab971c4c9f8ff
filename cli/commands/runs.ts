import { Command, Option } from 'commander';
import type { RunView } from '../../gateway/api/runs.ts';
import { example, type Context } from '../command.ts';
import { paintOutcome, waitsText } from '../render/run.ts';
import { renderTable } from '../render/table.ts';
import { clock, elapsed } from '../render/time.ts';
import { parsePositive } from '../terminal/parse-option.ts';
import { print, withOutput, type OutputOption } from '../terminal/output-format.ts';

interface Options extends OutputOption {
  readonly status?: RunView['status'];
  readonly runbook?: string;
  readonly limit: number;
}

export const runsCommand = ({ io, api }: Context): Command =>
  withOutput(new Command('runs'))
    .description('list runs, newest first')
    .addOption(new Option('--status <status>', 'only these').choices(['received', 'started', 'ended']))
    .option('--runbook <id>', 'only runs of this runbook')
    .option('--limit <n>', 'at most so many', parsePositive, 20)
    .addHelpText('after', example('nightshift runs --status started'))
    .action(async ({ status, runbook, limit, ...output }: Options) => {
      const client = await api();
      const { runs } = await client.runs({
        limit,
        ...(status ? { status } : {}),
        ...(runbook ? { runbook } : {}),
      });
      print(io, output, { runs }, () => {
        if (runs.length === 0) return ['No runs.'];
        const screen = io.screen();
        return renderTable(
          runs,
          [
            { head: 'RUN', of: (run) => run.workflowId },
            {
              head: 'STATUS',
              of: (run) => run.outcome ?? (run.status === 'received' ? notStarted(run) : 'running'),
              paint: (run, text) => paintOutcome(run.outcome, screen).replace(run.outcome ?? 'running', text),
            },
            { head: 'BEGAN', of: (run) => clock(run.receivedAt, screen) },
            {
              head: 'TOOK',
              of: (run) =>
                elapsed(
                  (run.endedAt ? new Date(run.endedAt) : screen.now).getTime() -
                    new Date(run.receivedAt).getTime(),
                ),
            },
            { head: 'TITLE', of: (run) => run.title, cuts: true },
            ...(runs.some((run) => run.waits)
              ? [{ head: 'WAITS', of: (run: RunView) => waitsText(run, screen), cuts: true }]
              : []),
          ],
          screen,
        );
      });
    });

const notStarted = (run: RunView): string => (run.waits ? 'waiting' : 'not started');
