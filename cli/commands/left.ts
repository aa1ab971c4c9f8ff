import { Command } from 'commander';
import { example, type Context } from '../command.ts';
import { renderTable } from '../render/table.ts';
import { clock, moment } from '../render/time.ts';
import { print, withOutput, type OutputOption } from '../terminal/output-format.ts';

export const leftCommand = ({ io, api }: Context): Command =>
  withOutput(new Command('left'))
    .description('list what runs changed and have not put back')
    .addHelpText('after', example('nightshift left'))
    .action(async (output: OutputOption) => {
      const { leftovers } = await (await api()).leftovers();
      print(io, output, { leftovers }, () => {
        const screen = io.screen();
        if (leftovers.length === 0) return ['Nothing is left behind.'];
        return renderTable(
          leftovers,
          [
            { head: 'TARGET', of: (l) => l.target },
            { head: 'WHAT', of: (l) => l.what, cuts: true },
            { head: 'WHY', of: (l) => l.why, cuts: true },
            { head: 'OWNER', of: (l) => l.owner },
            { head: 'SINCE', of: (l) => clock(l.since, screen) },
            { head: 'UNTIL', of: (l) => moment(l.expiresAt, screen) },
            { head: 'RUN', of: (l) => l.workflowId },
          ],
          screen,
        );
      });
    });
