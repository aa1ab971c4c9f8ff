import { readFile } from 'node:fs/promises';
import { Command, Option } from 'commander';
import { directories } from '../../embedded/paths.ts';
import { ApiError } from '../../gateway/api-client.ts';
import { example, type Context } from '../command.ts';
import { findGateway } from '../connect/gateway.ts';
import { readLocal } from '../connect/local-gateway.ts';
import { CliFailure } from '../failure.ts';
import { EXIT } from '../exit-code.ts';
import { printableJson } from '../render/clean.ts';
import { print, withOutput, type OutputOption } from '../terminal/output-format.ts';
import { parseJson, readSource } from '../terminal/run-input.ts';
import { alertListCommand } from './alert-list.ts';

interface Options extends OutputOption {
  readonly source: 'alertmanager' | 'pagerduty';
}

export const alertCommand = (context: Context): Command =>
  new Command('alert')
    .description('alerts: what came in, and one by hand')
    .addCommand(alertListCommand(context))
    .addCommand(send(context));

const send = ({ io }: Context): Command =>
  withOutput(new Command('send'))
    .description('post an alert to the gateway, as its source would')
    .argument('<file>', 'the JSON that the source posts, or - for standard input')
    .addOption(
      new Option('--source <source>', 'whose webhook')
        .choices(['alertmanager', 'pagerduty'])
        .default('alertmanager'),
    )
    .addHelpText('after', example('nightshift alert send alert.json'))
    .action(async (file: string, { source, ...output }: Options) => {
      const body = parseJson(await readSource(file, io), file === '-' ? 'standard input' : file);
      const answer = await post(await webhook(io.env, source), body);
      print(io, output, answer, () => [`The gateway took the alert: ${printableJson(answer)}`]);
    });

interface Webhook {
  readonly url: string;
  readonly bearer: string | undefined;
}

/**
 * The webhook's own secret is not a person's token, because alerts carry no person: NIGHTSHIFT_WEBHOOK_TOKEN, or the one
 * that `nightshift up` made here.
 */
async function webhook(env: Context['io']['env'], source: string): Promise<Webhook> {
  const { url } = await findGateway(env);
  const local = env['NIGHTSHIFT_URL'] ? undefined : await readLocal(directories(env).state);
  const made = local && (await readFile(local.webhookTokenFile, 'utf8').catch(() => undefined));
  const bearer = env['NIGHTSHIFT_WEBHOOK_TOKEN'] ?? made?.trim();
  return { url: new URL(`/webhooks/${source}`, url).href, bearer };
}

async function post({ url, bearer }: Webhook, body: unknown): Promise<unknown> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(bearer ? { authorization: `Bearer ${bearer}` } : {}) },
    body: JSON.stringify(body),
  }).catch((cause: unknown) => {
    throw new ApiError(`no gateway answers at ${url}`, { cause });
  });
  const answer: unknown = await response.json().catch(() => undefined);
  if (response.ok) return answer;
  const why =
    typeof answer === 'object' && answer && 'message' in answer
      ? String(answer.message)
      : `status ${response.status}`;
  if (response.status === 429 || response.status >= 500)
    throw new CliFailure(EXIT.unreachable, `the gateway cannot take the alert now: ${why}`, {
      next: 'send it again in a minute, as the source would; "nightshift doctor" finds out what is away',
    });
  throw new CliFailure(EXIT.refused, `the gateway did not take the alert: ${why}`, {
    next:
      response.status === 401
        ? 'set NIGHTSHIFT_WEBHOOK_TOKEN to the secret of this alert source'
        : 'compare the file with what the source posts',
  });
}
