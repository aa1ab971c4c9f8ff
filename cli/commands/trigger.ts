import { Command } from 'commander';
import { explainTriggers, type Explained } from '../../gateway/alerts/explain-triggers.ts';
import { readExport, type PastAlert } from '../../gateway/backtest/read-export.ts';
import { loadCatalogue } from '../author/load-catalogue.ts';
import { example, type Context } from '../command.ts';
import { EXIT } from '../exit-code.ts';
import { CliFailure } from '../failure.ts';
import { cleanLine, printableJson } from '../render/clean.ts';
import type { Screen } from '../render/screen.ts';
import { renderTable } from '../render/table.ts';
import { print, withOutput, type OutputOption } from '../terminal/output-format.ts';
import { readSource } from '../terminal/run-input.ts';

/** What starts runbooks. */
export const triggerCommand = (context: Context): Command =>
  new Command('trigger')
    .description('what starts runbooks: why an alert starts these and not the others')
    .addCommand(explainCommand(context));

const explainCommand = ({ io }: Context): Command =>
  withOutput(new Command('explain'))
    .description(
      'which runbooks, as they are written here, an alert would start, and why the others would not',
    )
    .argument(
      '<file>',
      'the alert: what Alertmanager, Grafana, PagerDuty, Datadog or a sender of CloudEvents posts, or a line of "nightshift alert list -o json"; - for standard input',
    )
    .option('--runbooks <file>', 'the module that exports the runbooks; runbooks/index.ts when left out')
    .addHelpText(
      'after',
      example('nightshift trigger explain alert.json', 'nightshift trigger explain alert.json -o json'),
    )
    .action(
      async (file: string, { runbooks: named, ...output }: OutputOption & { readonly runbooks?: string }) => {
        const { runbooks } = await loadCatalogue(named);
        const screen = io.screen();
        const { alerts, unreadable } = readExport(await readSource(file, io), screen.now);
        const [wrong] = unreadable;
        if (alerts.length === 0)
          throw new CliFailure(
            EXIT.usage,
            `there is no alert in ${file}${wrong ? `: ${wrong.problem}` : ''}`,
            {
              next: 'give it what Alertmanager, Grafana, PagerDuty, Datadog or a sender of CloudEvents posts, or a line of "nightshift alert list -o json"',
            },
          );
        const explained = alerts.map(({ alert }) => ({ alert, runbooks: explainTriggers(runbooks, alert) }));
        print(io, output, { alerts: explained }, () =>
          explained.flatMap((one, i) => [...(i > 0 ? [''] : []), ...render(one, screen)]),
        );
      },
    );

function render(
  { alert, runbooks }: { alert: PastAlert['alert']; runbooks: readonly Explained[] },
  screen: Screen,
): string[] {
  const labels = Object.entries(alert.labels)
    .filter(([name]) => name !== 'alertname')
    .map(([name, value]) => `${name}=${value}`);
  return [
    screen.paint.bold(cleanLine([alert.name, `(${alert.source}, ${alert.status})`, ...labels].join(' '))),
    ...(alert.status === 'resolved' ? ['It has ended: it starts nothing, and ends what waits for it.'] : []),
    ...renderTable(
      runbooks,
      [
        { head: 'RUNBOOK', of: ({ runbook }) => runbook },
        { head: 'WOULD', of: ({ would }) => would },
        { head: 'BECAUSE', of: because, cuts: true },
      ],
      screen,
    ),
  ];
}

const because = (explained: Explained): string =>
  explained.would === 'start'
    ? `its input is ${printableJson(explained.input)}`
    : explained.why.join('; or ');
