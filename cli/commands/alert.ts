import { Command, InvalidArgumentError } from 'commander';
import { z } from 'zod';
import { example, type Context } from '../command.ts';
import { findWebhook, postToWebhook } from '../connect/webhook.ts';
import { EXIT } from '../exit-code.ts';
import { CliFailure } from '../failure.ts';
import { printableJson } from '../render/clean.ts';
import { print, withOutput, type OutputOption } from '../terminal/output-format.ts';
import { parseJson, readSource } from '../terminal/run-input.ts';
import { alertHistoryCommand } from './alert-history.ts';
import { alertListCommand } from './alert-list.ts';
import { alertSimulateCommand } from './alert-simulate.ts';

interface Options extends OutputOption {
  readonly source: string;
}

export const alertCommand = (context: Context): Command =>
  new Command('alert')
    .description('alerts: what came in, how often and for how long, and one by hand')
    .addCommand(alertListCommand(context))
    .addCommand(alertHistoryCommand(context))
    .addCommand(send(context))
    .addCommand(alertSimulateCommand(context));

const send = ({ io }: Context): Command =>
  withOutput(new Command('send'))
    .description('post an alert to the gateway, as its source would')
    .argument('<file>', 'the JSON that the source posts, or - for standard input')
    .option(
      '--source <source>',
      'whose webhook: alertmanager, grafana, pagerduty, datadog, cloudevents, or one of the configuration’s own',
      sourceName,
      'alertmanager',
    )
    .addHelpText(
      'after',
      example('nightshift alert send alert.json', 'nightshift alert send incident.json --source pagerduty'),
    )
    .action(async (file: string, { source, ...output }: Options) => {
      const body = parseJson(await readSource(file, io), file === '-' ? 'standard input' : file);
      const answer = await postToWebhook(await findWebhook(io.env, source), body);
      print(io, output, answer, () => [`The gateway answers: ${printableJson(answer)}`]);
      const { refused } = Refused.parse(answer);
      if (refused.length > 0)
        throw new CliFailure(
          EXIT.refused,
          `the gateway did not take ${refused.length === 1 ? 'one alert' : `${refused.length} alerts`} of it: ${refused[0]!.message}`,
          { next: 'compare what was sent with what the source posts' },
        );
    });

/** The alerts that the gateway did not take, while it took others. */
const Refused = z
  .object({ refused: z.array(z.object({ message: z.string() })).default([]) })
  .catch({ refused: [] });

function sourceName(text: string): string {
  if (/^[a-z0-9-]{1,40}$/.test(text)) return text;
  throw new InvalidArgumentError('A source is named with lower-case letters, digits and dashes.');
}
