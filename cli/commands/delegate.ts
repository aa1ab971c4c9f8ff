import { Command } from 'commander';
import { example, type Context } from '../command.ts';
import { cleanLine } from '../render/clean.ts';
import { clock, moment } from '../render/time.ts';
import { renderTable } from '../render/table.ts';
import { print, withOutput, type OutputOption } from '../terminal/output-format.ts';
import { parseMoment } from '../terminal/parse-moment.ts';

interface Options extends OutputOption {
  readonly to: string;
  readonly until: string;
  readonly reason: string;
}

export const delegateCommand = ({ io, api }: Context): Command =>
  withOutput(new Command('delegate'))
    .description('let a colleague answer in your place, for a role that you hold')
    .argument('<role>', 'one that you hold now')
    .requiredOption('--to <person>', 'who stands in for you')
    .requiredOption('--until <time>', 'like 06:00 (the next), "2 hours", or 2026-11-22T06:00')
    .requiredOption('--reason <text>', 'why, for the record')
    .addHelpText(
      'after',
      example('nightshift delegate payments-oncall --to bo --until 06:00 --reason "on a plane"'),
    )
    .action(async (role: string, { to, until, reason, ...output }: Options) => {
      const client = await api();
      const given = await client.delegate({
        role,
        to,
        until: parseMoment(until, { option: '--until', reader: io.screen() }),
        reason,
      });
      print(io, output, given, () => [
        `${cleanLine(given.to)} stands in for you as ${cleanLine(role)} until ${moment(given.until, io.screen())}. You may still answer; the two of you count as one.`,
        `  nightshift take-back ${given.id}`,
      ]);
    });

export const delegationsCommand = ({ io, api }: Context): Command =>
  withOutput(new Command('delegations'))
    .description('list who stands in for whom now')
    .addHelpText('after', example('nightshift delegations'))
    .action(async (output: OutputOption) => {
      const { delegations } = await (await api()).delegations();
      print(io, output, { delegations }, () => {
        const screen = io.screen();
        if (delegations.length === 0) return ['Nobody stands in for anybody.'];
        return renderTable(
          delegations,
          [
            { head: 'DELEGATION', of: (d) => d.id },
            { head: 'ROLE', of: (d) => d.role },
            { head: 'FROM', of: (d) => d.from },
            { head: 'TO', of: (d) => d.to },
            { head: 'UNTIL', of: (d) => clock(d.until, screen) },
            { head: 'REASON', of: (d) => d.reason, cuts: true },
          ],
          screen,
        );
      });
    });

export const takeBackCommand = ({ io, api }: Context): Command =>
  withOutput(new Command('take-back'))
    .description('end a delegation that you gave or have; what was answered under it stands')
    .argument('<delegation>', 'its id; "nightshift delegations" lists them')
    .addHelpText('after', example('nightshift take-back delegation-7f3a'))
    .action(async (id: string, output: OutputOption) => {
      await (await api()).endDelegation(id);
      print(io, output, { id, ended: true }, () => [`Taken back: ${id}.`]);
    });
