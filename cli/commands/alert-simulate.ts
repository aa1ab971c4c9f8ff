import { Command } from 'commander';
import { setTimeout } from 'node:timers/promises';
import { example, type Context } from '../command.ts';
import { findWebhook, postToWebhook } from '../connect/webhook.ts';
import { cleanLine, printableJson } from '../render/clean.ts';
import { clock, elapsed } from '../render/time.ts';
import { parseDuration, parsePair, parsePause } from '../terminal/parse-option.ts';
import { withOutput, type OutputOption } from '../terminal/output-format.ts';

interface Options extends OutputOption {
  readonly label: Record<string, string>;
  readonly annotation: Record<string, string>;
  readonly for: number;
  readonly every: number;
  readonly resolve: boolean;
}

/** One moment of a rule's life, as Alertmanager would post it. */
type Status = 'firing' | 'resolved';

export const alertSimulateCommand = ({ io }: Context): Command =>
  withOutput(new Command('simulate'))
    .description(
      'a rule’s life: it fires, is sent again while it lasts, and resolves; Ctrl-C resolves it at once',
    )
    .argument('<alertname>', 'the name of the alert')
    .option('-l, --label <name=value>', 'a label of it; as often as needed', parsePair, {})
    .option('--annotation <name=value>', 'an annotation of it; as often as needed', parsePair, {})
    .option('--for <duration>', 'how long it fires', parseDuration, 5 * 60_000)
    .option('--every <duration>', 'how often it is sent again meanwhile', parsePause, 60_000)
    .option('--no-resolve', 'leave it firing')
    .addHelpText(
      'after',
      example(
        'nightshift alert simulate HighErrorRate -l namespace=shop -l service=payment-service --for 10m',
        'nightshift alert simulate NodeNotReady -l node=node-2 --no-resolve',
      ),
    )
    .action(async (alertname: string, { label, annotation, for: lasts, every, resolve, output }: Options) => {
      const webhook = await findWebhook(io.env, 'alertmanager');
      const startsAt = new Date();
      let evaluations = 0;
      const send = async (status: Status) => {
        evaluations += 1;
        const answer = await postToWebhook(webhook, {
          version: '4',
          alerts: [
            {
              status,
              labels: { ...label, alertname },
              // The labels are what it is; a rule's annotations follow its value.
              annotations: {
                ...annotation,
                simulated: `with "nightshift alert simulate", evaluation ${evaluations}`,
              },
              startsAt: startsAt.toISOString(),
              ...(status === 'resolved' && { endsAt: new Date().toISOString() }),
            },
          ],
        });
        const line = `${clock(new Date().toISOString(), io.screen())} ${alertname} ${status}: ${printableJson(answer)}`;
        io.stdout.write(`${output === 'json' ? JSON.stringify({ status, answer }) : line}\n`);
      };

      // From here on, Ctrl-C ends the alert, and then the command.
      if (resolve) io.endsInOrder();
      await send('firing');
      if (!resolve) return;
      if (output === 'text') io.stderr.write(`It resolves in ${elapsed(lasts)}, or with Ctrl-C.\n`);
      const end = startsAt.getTime() + lasts;
      const lives = () => Date.now() < end && !io.interrupted.aborted;
      while (lives()) {
        await sleep(Math.min(every, end - Date.now()), io.interrupted);
        // As its source: what does not arrive is sent again the next time.
        if (lives())
          await send('firing').catch((error: Error) => io.stderr.write(`${cleanLine(error.message)}\n`));
      }
      await send('resolved');
    });

/** Ends earlier when it is interrupted. */
const sleep = (ms: number, signal: AbortSignal): Promise<void> =>
  setTimeout(ms, undefined, { signal }).catch(() => undefined);
