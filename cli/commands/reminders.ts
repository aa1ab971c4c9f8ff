import { Command } from 'commander';
import type { ReminderView } from '../../gateway/api/reminders.ts';
import { example, type Context } from '../command.ts';
import { cleanLine } from '../render/clean.ts';
import type { Screen } from '../render/screen.ts';
import { renderTable } from '../render/table.ts';
import { clock, moment } from '../render/time.ts';
import { print, withOutput, type OutputOption } from '../terminal/output-format.ts';

interface ReasonOption extends OutputOption {
  readonly reason: string;
}

const WHEN =
  'like "next working day 09:30 Europe/Berlin", "in 3 working days 10:00", "monday 09:00" or "2 days"; within a year';

export const remindersCommand = (context: Context): Command =>
  new Command('reminders')
    .description('what somebody is to be asked later: set, close, postpone, reopen')
    .addCommand(list(context), { isDefault: true })
    .addCommand(set(context))
    .addCommand(close(context))
    .addCommand(postpone(context))
    .addCommand(reopen(context));

const list = ({ io, api }: Context): Command =>
  withOutput(new Command('ls'))
    .description('list the open ones, the next first')
    .option('--all', 'also what is over, the newest first')
    .addHelpText('after', example('nightshift reminders', 'nightshift reminders ls --all'))
    .action(async ({ all, ...output }: OutputOption & { readonly all?: true }) => {
      const { reminders } = await (await api()).reminders({ all: all ? 'true' : 'false' });
      print(io, output, { reminders }, () => table(reminders, io.screen()));
    });

const set = ({ io, api }: Context): Command =>
  withOutput(new Command('set'))
    .description('have a role or a person asked later')
    .argument('<text>', 'the question, like "Is the new disk in worker-3?"')
    .requiredOption('--to <role>', 'the role or person who is asked')
    .requiredOption('--at <time>', `${WHEN}; without a zone by the clocks of whoever is asked`)
    .addHelpText(
      'after',
      example(
        'nightshift reminders set "Is the new disk in worker-3?" --to platform-oncall --at "next working day 09:30"',
      ),
    )
    .action(async (text: string, { to, at, ...output }: OutputOption & { to: string; at: string }) => {
      const reminder = await (await api()).setReminder({ text, to, at });
      print(io, output, reminder, () => [
        `${reminder.id}: ${cleanLine(to)} is asked ${moment(reminder.dueAt, io.screen())}.`,
      ]);
    });

const close = ({ io, api }: Context): Command =>
  withOutput(new Command('close'))
    .description('it is done, or no longer wanted')
    .argument('<reminder>', 'its id; "nightshift reminders" lists them')
    .requiredOption('--reason <text>', 'what became of it, for the record')
    .addHelpText('after', example('nightshift reminders close reminder-7f3a --reason "the limit is raised"'))
    .action(async (id: string, { reason, ...output }: ReasonOption) => {
      const reminder = await (await api()).closeReminder(id, reason);
      print(io, output, reminder, () => [`${reminder.id} is closed, in your name.`]);
    });

const postpone = ({ io, api }: Context): Command =>
  withOutput(new Command('postpone'))
    .description('ask then instead')
    .argument('<reminder>', 'its id; "nightshift reminders" lists them')
    .requiredOption('--until <time>', WHEN)
    .requiredOption('--reason <text>', 'why, for the record')
    .addHelpText(
      'after',
      example('nightshift reminders postpone reminder-7f3a --until "monday 09:00" --reason "disk on Monday"'),
    )
    .action(async (id: string, { until, reason, ...output }: ReasonOption & { until: string }) => {
      const reminder = await (await api()).postponeReminder(id, { until, reason });
      print(io, output, reminder, () => [
        `${reminder.id}: ${cleanLine(reminder.to)} is asked ${moment(reminder.dueAt, io.screen())}.`,
      ]);
    });

const reopen = ({ io, api }: Context): Command =>
  withOutput(new Command('reopen'))
    .description('it is not over: start the runbook that set it again, with the same input')
    .argument('<reminder>', 'its id; "nightshift reminders" lists them')
    .requiredOption('--reason <text>', 'why, for the record')
    .addHelpText('after', example('nightshift reminders reopen reminder-7f3a --reason "it crashes again"'))
    .action(async (id: string, { reason, ...output }: ReasonOption) => {
      const run = await (await api()).reopenReminder(id, reason);
      print(io, output, run, () => [
        `${cleanLine(id)} is reopened as run ${run.workflowId}.`,
        `  nightshift watch ${run.workflowId}`,
      ]);
    });

function table(reminders: readonly ReminderView[], screen: Screen): string[] {
  if (reminders.length === 0) return ['Nobody is to be reminded of anything.'];
  return renderTable(
    reminders,
    [
      { head: 'REMINDER', of: (r) => r.id },
      { head: 'WHEN', of: (r) => whenOf(r, screen), cuts: true },
      { head: 'ASKS', of: (r) => r.to },
      { head: 'WHAT', of: (r) => r.text, cuts: true },
      { head: 'SET BY', of: (r) => r.setBy, cuts: true },
    ],
    screen,
  );
}

function whenOf({ closed, askedBy, dueAt }: ReminderView, screen: Screen): string {
  if (closed) return `${closed.as} ${clock(closed.at, screen)} by ${closed.by}`;
  return askedBy === undefined ? moment(dueAt, screen) : `asked since ${clock(dueAt, screen)}`;
}
