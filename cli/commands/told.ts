import { Command } from 'commander';
import type { ToldView } from '../../gateway/api/told.ts';
import { example, type Context } from '../command.ts';
import { findRun } from '../connect/resolve-run.ts';
import { cleanLine } from '../render/clean.ts';
import { renderTable } from '../render/table.ts';
import { clock } from '../render/time.ts';
import { parsePositive } from '../terminal/parse-option.ts';
import { print, withOutput, type OutputOption } from '../terminal/output-format.ts';

interface Options extends OutputOption {
  readonly limit: number;
}

/** What chat rooms and other systems were told: the answer to "why did nobody tell me?". */
export const toldCommand = (context: Context): Command => {
  const { io, api } = context;
  return withOutput(new Command('told'))
    .description('what was told to whom outside of nightshift, newest first, and whether it arrived')
    .argument('[run]', 'of this run alone: its id or a part of it')
    .option('--limit <n>', 'at most so many', parsePositive, 20)
    .addCommand(testCommand(context))
    .addHelpText('after', example('nightshift told', 'nightshift told test payments-chat'))
    .action(async (run: string | undefined, { limit, ...output }: Options) => {
      const client = await api();
      const workflowId = run === undefined ? undefined : (await findRun(client, run)).run.workflowId;
      const { told } = await client.told({ limit, ...(workflowId !== undefined && { workflowId }) });
      print(io, output, { told }, () => {
        if (told.length === 0) {
          const of = workflowId === undefined ? '' : ` of ${workflowId}`;
          return [cleanLine(`Nobody was told anything${of}. Channels are named in telling.channels.`)];
        }
        const screen = io.screen();
        return renderTable(
          told,
          [
            { head: 'WRITTEN', of: ({ createdAt }) => clock(createdAt, screen) },
            { head: 'CHANNEL', of: ({ channel }) => channel },
            { head: 'EVENT', of: ({ event }) => event },
            { head: 'ARRIVED', of: arrived, cuts: true },
            { head: 'MESSAGE', of: ({ title }) => title, cuts: true },
          ],
          screen,
        );
      });
    });
};

const testCommand = ({ io, api }: Context): Command =>
  withOutput(new Command('test'))
    .description('send a message that says it is a test to one channel')
    .argument('<channel>', 'its name in telling.channels')
    .addHelpText('after', example('nightshift told test payments-chat'))
    .action(async (channel: string, output: OutputOption) => {
      const { id } = await (await api()).tellChannel(channel);
      print(io, output, { id }, () => [
        `A test is on its way to ${channel}; "nightshift told" says whether it arrived.`,
      ]);
    });

const arrived = ({ deliveredAt, givenUpAt, problem, attempts }: ToldView): string => {
  if (deliveredAt) return 'yes';
  if (givenUpAt) return `given up: ${problem ?? ''}`;
  return problem ? `not yet, ${attempts} attempts: ${problem}` : 'on its way';
};
