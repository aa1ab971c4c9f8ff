import { Command } from 'commander';
import type { RoleOnCallView } from '../../gateway/api/on-call.ts';
import { example, type Context } from '../command.ts';
import type { Screen } from '../render/screen.ts';
import { renderTable } from '../render/table.ts';
import { moment } from '../render/time.ts';
import { print, withOutput, type OutputOption } from '../terminal/output-format.ts';
import { parseMoment } from '../terminal/parse-moment.ts';
import { oncallImportCommand } from './oncall-import.ts';

interface Options extends OutputOption {
  readonly at?: string;
  readonly next: number;
}

export const oncallCommand = (context: Context): Command =>
  withOutput(new Command('oncall'))
    .description('show who is on call, and the next hand-overs')
    .argument('[role]', 'of this role; of all that a schedule fills when left out')
    .option('--at <time>', 'at this moment instead of now, like 2026-12-24T22:00, 06:00 or "2 hours"')
    .option('--next <number>', 'how many hand-overs', Number, 1)
    .addHelpText(
      'after',
      example('nightshift oncall', 'nightshift oncall payments-oncall --at 2026-12-24T22:00 --next 5'),
    )
    .addCommand(oncallImportCommand(context))
    .action(async (role: string | undefined, options: Options) => {
      const { io, api } = context;
      const { at: named, next } = options;
      const at = named && parseMoment(named, { option: '--at', reader: io.screen() });
      const answer = await (await api()).onCall({ next, ...(at && { at }), ...(role && { role }) });
      print(io, options, answer, () => table(answer.roles, io.screen()));
    });

function table(roles: readonly RoleOnCallView[], screen: Screen): string[] {
  if (roles.length === 0)
    return ['No schedule fills a role: onCall.file in the configuration names a file of schedules.'];
  const rows = roles.flatMap(({ role, now, next }) => [
    { role, ...now, from: '' },
    ...next.map((h) => ({ role: '', ...h, from: moment(h.at, screen) })),
  ]);
  return renderTable(
    rows,
    [
      { head: 'ROLE', of: (r) => r.role },
      {
        head: 'ON CALL',
        of: (r) =>
          r.people.map((p) => (p.name === p.person ? p.name : `${p.name} (${p.person})`)).join(', ') ||
          'nobody',
        paint: (r, text) => (r.people.length ? text : screen.paint.red(text)),
      },
      { head: 'FROM', of: (r) => r.from },
      { head: 'WHY', of: (r) => r.why ?? '', cuts: true },
    ],
    screen,
  );
}
