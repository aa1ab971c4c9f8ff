import { Command } from 'commander';
import { backtest } from '../../gateway/backtest/backtest.ts';
import { readExport } from '../../gateway/backtest/read-export.ts';
import { summarise } from '../../gateway/backtest/summary.ts';
import { loadCatalogue } from '../author/load-catalogue.ts';
import { example, type Context } from '../command.ts';
import { EXIT } from '../exit-code.ts';
import { CliFailure } from '../failure.ts';
import { renderBacktest } from '../render/backtest.ts';
import { elapsed } from '../render/time.ts';
import { print, withOutput, type OutputOption } from '../terminal/output-format.ts';
import { parseDuration } from '../terminal/parse-option.ts';
import { readSource } from '../terminal/run-input.ts';

interface Options extends OutputOption {
  readonly runbooks?: string;
  readonly only?: string;
  readonly runTakes: number;
}

export const runbookBacktestCommand = ({ io }: Context): Command =>
  withOutput(new Command('backtest'))
    .description('what past alerts would have started by the triggers as they are written here')
    .argument(
      '<file>',
      'JSON lines or a list: of "nightshift alert list -o json", or of what Alertmanager, Grafana, PagerDuty, Datadog or senders of CloudEvents post; - for standard input',
    )
    .option('--runbooks <file>', 'the module that exports the runbooks; runbooks/index.ts when left out')
    .option('--only <runbook>', 'of this runbook alone')
    .option('--run-takes <duration>', 'how long a run is taken to last', parseDuration, 15 * 60_000)
    .addHelpText(
      'after',
      example(
        'nightshift runbook backtest november.jsonl',
        'amtool alert query -o json | nightshift runbook backtest - --only node-not-ready -o json',
      ),
    )
    .action(async (file: string, { runbooks: named, only, runTakes, ...output }: Options) => {
      const { runbooks } = await loadCatalogue(named);
      const chosen = runbooks.filter(({ id }) => only === undefined || id === only);
      if (chosen.length === 0) {
        throw new CliFailure(EXIT.notFound, `there is no runbook "${only}"`, {
          next: `there are: ${runbooks.map(({ id }) => id).join(', ')}`,
        });
      }
      const screen = io.screen();
      const { alerts, ...read } = readExport(await readSource(file, io), screen.now);
      if (alerts.length === 0) {
        const [first] = read.unreadable;
        throw new CliFailure(
          EXIT.usage,
          `there is no alert in ${file}${first ? `; line ${first.line}: ${first.problem}` : ''}`,
          { next: '"nightshift runbook backtest --help" says what is read' },
        );
      }
      const result = backtest(chosen, alerts, { takesMs: runTakes });
      const summary = summarise(
        result,
        chosen.map(({ id }) => id),
      );
      const assumed = `Each run is taken to last ${elapsed(runTakes)}, and to have changed nothing when its alert ended.`;
      print(io, output, { assumed, read, summary, ...result }, (shown) => renderBacktest(shown, screen));
    });
