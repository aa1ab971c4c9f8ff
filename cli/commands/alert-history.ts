import { Command } from 'commander';
import { example, type Context } from '../command.ts';
import { EXIT } from '../exit-code.ts';
import { CliFailure } from '../failure.ts';
import { renderAlertHistory } from '../render/alert-history.ts';
import { print, withOutput, type OutputOption } from '../terminal/output-format.ts';
import { parsePair, parsePositive, parseWindow } from '../terminal/parse-option.ts';

interface Options extends OutputOption {
  readonly label: Record<string, string>;
  readonly fingerprint?: string;
  readonly since?: string;
  readonly flapTimes?: number;
  readonly flapWithin?: string;
}

export const alertHistoryCommand = ({ io, api }: Context): Command =>
  withOutput(new Command('history'))
    .description('how often an alert fired, for how long, whether it flaps, and how its runs ended')
    .argument('[alertname]', 'the name of the alert')
    .option('-l, --label <name=value>', 'alerts with this label; as often as needed', parsePair, {})
    .option('--fingerprint <fingerprint>', 'one series, as its source tells them apart')
    .option('--since <time>', 'how far back, like 12h; 7d when left out', parseWindow)
    .option('--flap-times <n>', 'it flaps when it began to fire so often, 3 when left out', parsePositive)
    .option('--flap-within <time>', 'in that time, 1h when left out', parseWindow)
    .addHelpText(
      'after',
      example(
        'nightshift alert history HighErrorRate -l namespace=shop -l service=payment-service',
        'nightshift alert history -l node=node-2 --since 30d -o json',
      ),
    )
    .action(async (name: string | undefined, { label, output, ...options }: Options) => {
      const labels = Object.entries(label).map(([key, value]) => `${key}=${value}`);
      if (name === undefined && options.fingerprint === undefined && labels.length === 0)
        throw new CliFailure(EXIT.usage, 'which alert is not said', {
          next: 'name it, or give one of its labels with --label',
        });
      const history = await (
        await api()
      ).alertHistory({ ...(name !== undefined && { name }), label: labels, ...options });
      print(io, { output }, history, () => renderAlertHistory(history, io.screen()));
    });
