import { Command } from 'commander';
import type { ScheduleView } from '../../gateway/api/schedules.ts';
import { example, type Context } from '../command.ts';
import type { Screen } from '../render/screen.ts';
import { renderTable } from '../render/table.ts';
import { clock, moment } from '../render/time.ts';
import { parsePositive } from '../terminal/parse-option.ts';
import { print, withOutput, type OutputOption } from '../terminal/output-format.ts';

interface ReasonOption extends OutputOption {
  readonly reason: string;
}

export const schedulesCommand = (context: Context): Command =>
  new Command('schedules')
    .description('runbooks that the clock starts: when next, what became of the last, pause and resume')
    .addCommand(list(context), { isDefault: true })
    .addCommand(pause(context))
    .addCommand(resume(context));

const list = ({ io, api }: Context): Command =>
  withOutput(new Command('ls'))
    .description('list them')
    .option('--next <n>', 'how many of their next times', parsePositive, 1)
    .addHelpText('after', example('nightshift schedules', 'nightshift schedules ls --next 5 -o json'))
    .action(async ({ next, ...output }: OutputOption & { readonly next: number }) => {
      const { schedules } = await (await api()).schedules({ next });
      print(io, output, { schedules }, () => table(schedules, io.screen()));
    });

const pause = ({ io, api }: Context): Command =>
  withOutput(new Command('pause'))
    .description('let a schedule start nothing until it is resumed; open runs go on')
    .argument('<schedule>', 'its id; "nightshift schedules" lists them')
    .requiredOption('--reason <text>', 'why, for the record and for whoever wonders')
    .addHelpText('after', example('nightshift schedules pause node-check --reason "datacentre move"'))
    .action(async (id: string, { reason, ...output }: ReasonOption) => {
      const answer = await (await api()).pauseSchedule(id, reason);
      print(io, output, { id, ...answer }, () => [
        `Paused: ${id}. Go on with: nightshift schedules resume ${id} --reason "..."`,
      ]);
    });

const resume = ({ io, api }: Context): Command =>
  withOutput(new Command('resume'))
    .description('let a paused schedule start runs again; what came meanwhile is not started')
    .argument('<schedule>', 'its id; "nightshift schedules" lists them')
    .requiredOption('--reason <text>', 'why, for the record')
    .addHelpText('after', example('nightshift schedules resume node-check --reason "move is done"'))
    .action(async (id: string, { reason, ...output }: ReasonOption) => {
      const answer = await (await api()).resumeSchedule(id, reason);
      print(io, output, { id, ...answer }, () => [`Resumed: ${id}.`]);
    });

function table(schedules: readonly ScheduleView[], screen: Screen): string[] {
  if (schedules.length === 0)
    return ['No runbook of this gateway has a schedule (onSchedule in its triggers).'];
  return renderTable(
    schedules,
    [
      { head: 'SCHEDULE', of: (s) => s.id },
      { head: 'WHEN', of: (s) => `${s.when} (${s.timeZone})` },
      { head: 'NEXT', of: (s) => nextOf(s, screen), cuts: true },
      { head: 'LAST', of: (s) => lastOf(s, screen), cuts: true },
    ],
    screen,
  );
}

function nextOf({ paused, next }: ScheduleView, screen: Screen): string {
  if (paused) return `paused by ${paused.by} since ${clock(paused.since, screen)}: ${paused.reason}`;
  const [first, ...more] = next;
  if (first === undefined) return 'never';
  return [moment(first, screen), ...more.map((at) => clock(at, screen))].join('; ');
}

function lastOf({ last }: ScheduleView, screen: Screen): string {
  if (!last) return 'not yet';
  const what = last.skipped
    ? `skipped: ${last.skipped}`
    : `${last.outcome ?? (last.status === 'received' ? 'waits' : 'runs')}: ${last.workflowId}`;
  const missed = last.missedSince ? `; missed before it, since ${clock(last.missedSince, screen)}` : '';
  return `${clock(last.at, screen)} ${what}${missed}`;
}
