import { Command } from 'commander';
import { example, type Context } from '../command.ts';
import { cleanLine } from '../render/clean.ts';
import { renderTable } from '../render/table.ts';
import { clock, moment } from '../render/time.ts';
import { print, withOutput, type OutputOption } from '../terminal/output-format.ts';
import { parseMoment } from '../terminal/parse-moment.ts';

export const leftCommand = (context: Context): Command => {
  const { io, api } = context;
  return withOutput(new Command('left'))
    .description('list what runs changed and have not put back; after UNTIL its owner is asked')
    .addCommand(keepCommand(context))
    .addCommand(goneCommand(context))
    .addCommand(putBackCommand(context))
    .addHelpText('after', example('nightshift left', 'nightshift left put-back left-7f3a'))
    .action(async (output: OutputOption) => {
      const { leftovers } = await (await api()).leftovers();
      print(io, output, { leftovers }, () => {
        const screen = io.screen();
        if (leftovers.length === 0) return ['Nothing is left behind.'];
        return renderTable(
          leftovers,
          [
            { head: 'LEFT', of: (l) => l.id },
            { head: 'TARGET', of: (l) => l.target },
            { head: 'WHAT', of: (l) => l.what, cuts: true },
            { head: 'WHY', of: (l) => l.why, cuts: true },
            { head: 'OWNER', of: (l) => l.owner },
            { head: 'SINCE', of: (l) => clock(l.since, screen) },
            { head: 'UNTIL', of: (l) => (l.askedAt ? 'owner asked' : moment(l.expiresAt, screen)) },
            { head: 'RUN', of: (l) => l.workflowId },
          ],
          screen,
        );
      });
    });
};

const keepCommand = ({ io, api }: Context): Command =>
  withOutput(new Command('keep'))
    .description('let it stay until then; its owner is asked again afterwards')
    .argument('<left>', 'its id; "nightshift left" lists them')
    .requiredOption('--until <time>', 'like 06:00 (the next), "2 days", or 2026-11-22T06:00')
    .requiredOption('--reason <text>', 'why, for the record')
    .addHelpText(
      'after',
      example('nightshift left keep left-7f3a --until "2 days" --reason "new disk on Monday"'),
    )
    .action(async (id: string, options: OutputOption & { until: string; reason: string }) => {
      const { reason, ...output } = options;
      const screen = io.screen();
      const until = parseMoment(options.until, { option: '--until', reader: screen });
      const answer = await (await api()).keepLeftover(id, { until, reason });
      print(io, output, { id, until, ...answer }, () => [
        `${cleanLine(id)} stays until ${moment(until, screen)}; its owner is asked again then.`,
      ]);
    });

const goneCommand = ({ io, api }: Context): Command =>
  withOutput(new Command('gone'))
    .description('say that it is gone, or that somebody put it back by hand')
    .argument('<left>', 'its id; "nightshift left" lists them')
    .requiredOption('--reason <text>', 'how you know, for the record')
    .addHelpText('after', example('nightshift left gone left-7f3a --reason "the node was replaced"'))
    .action(async (id: string, { reason, ...output }: OutputOption & { reason: string }) => {
      const answer = await (await api()).clearLeftover(id, reason);
      print(io, output, { id, ...answer }, () => [
        `${cleanLine(id)} is off the list, in your name. Nothing was changed by that.`,
      ]);
    });

const putBackCommand = ({ io, api }: Context): Command =>
  withOutput(new Command('put-back'))
    .description('start a run that plans the way back, and asks its owner for exactly that')
    .argument('<left>', 'its id; "nightshift left" lists them')
    .addHelpText('after', example('nightshift left put-back left-7f3a'))
    .action(async (id: string, output: OutputOption) => {
      const run = await (await api()).putBackLeftover(id);
      print(io, output, run, () => [
        `Asked for run ${run.workflowId}: it plans the way back and asks for it.`,
        `  nightshift watch ${run.workflowId}`,
      ]);
    });
