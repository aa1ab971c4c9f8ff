import { Command } from 'commander';
import { example, type Context } from '../command.ts';
import { findRun } from '../connect/resolve-run.ts';
import { print, withOutput, type OutputOption } from '../terminal/output-format.ts';

export const takeOverCommand = ({ io, api }: Context): Command =>
  withOutput(new Command('take-over'))
    .description('take a run into your hands: it does nothing until you give it back')
    .argument('<run>', 'its id or a part of it')
    .requiredOption('--reason <text>', 'what you are going to do, for the record')
    .addHelpText('after', example('nightshift take-over pods-crash --reason "I drain it myself"'))
    .action(async (named: string, { reason, ...output }: OutputOption & { reason: string }) => {
      const client = await api();
      const { workflowId } = (await findRun(client, named)).run;
      const answer = await client.takeOverRun(workflowId, reason);
      print(io, output, { workflowId, ...answer }, () => [
        `${workflowId} is in your hands: none of its changes begins until you give it back. A change that is under way is finished.`,
        `  nightshift give-back ${workflowId} --did "…"`,
      ]);
    });

export const giveBackCommand = ({ io, api }: Context): Command =>
  withOutput(new Command('give-back'))
    .description('give a run back that you have taken over: it looks what you did, and goes on')
    .argument('<run>', 'its id or a part of it')
    .requiredOption('--did <text>', 'what you did by hand, for the record')
    .addHelpText('after', example('nightshift give-back pods-crash --did "cordoned worker-3"'))
    .action(async (named: string, { did, ...output }: OutputOption & { did: string }) => {
      const client = await api();
      const { workflowId } = (await findRun(client, named)).run;
      const answer = await client.giveBackRun(workflowId, did);
      print(io, output, { workflowId, ...answer }, () => [
        `${workflowId} goes on: it looks what is done already, and asks anew for the rest.`,
      ]);
    });
