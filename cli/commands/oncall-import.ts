import { Command } from 'commander';
import { existsSync, readFileSync } from 'node:fs';
import { rename, writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import {
  CalendarRefused,
  type ImportedShift,
  loadConfig,
  parseSchedules,
  putShifts,
  shiftsFromCalendar,
  shiftsFromPagerDuty,
} from '../../config/index.ts';
import { example, type Context } from '../command.ts';
import { EXIT } from '../exit-code.ts';
import { CliFailure } from '../failure.ts';
import { cleanLine } from '../render/clean.ts';
import { renderedSchedule } from '../connect/pagerduty-schedule.ts';
import { printLines } from '../terminal/io.ts';
import { parsePositive } from '../terminal/parse-option.ts';
import { readSource } from '../terminal/run-input.ts';

interface Options {
  readonly role: string;
  readonly as: readonly string[];
  readonly timeZone?: string;
  readonly config?: string;
  readonly print?: true;
  readonly pagerduty?: string;
  readonly days: number;
}

export const oncallImportCommand = ({ io }: Context): Command =>
  new Command('import')
    .description(
      'take a role’s shifts from an iCalendar file or a schedule of PagerDuty into the file of schedules; its rotations and overrides stay',
    )
    .argument('[file]', 'the calendar, or - for standard input')
    .option('--pagerduty <schedule>', 'in place of a file: the id of a schedule, like PI7DH85')
    .option(
      '--days <n>',
      'of a schedule of PagerDuty: how many days from today on; the last 14 are taken along',
      parsePositive,
      28,
    )
    .requiredOption('--role <role>', 'the role that the shifts fill')
    .option('--as <summary=person>', 'who an event’s summary means; may be repeated', collect, [])
    .option('--time-zone <name>', 'of times without one, when the schedule is new; else this machine’s')
    .option('--config <path>', 'the configuration; else as for "nightshift up"')
    .option('--print', 'print the new file, write nothing')
    .addHelpText(
      'after',
      example(
        'nightshift oncall import rota.ics --role payments-oncall --as "Primary: Ana S.=ana"',
        'nightshift oncall import --pagerduty PI7DH85 --role payments-oncall',
      ),
    )
    .action(async (file: string | undefined, options: Options) => {
      const { people, onCall, pagerduty } = await loadConfig(options.config);
      if (!onCall)
        throw new CliFailure(EXIT.usage, 'the configuration names no file of schedules', {
          next: 'add onCall: { file: "on-call.yaml" } to it',
        });
      const source = sourceOf(file, options);
      const before = existsSync(onCall.file) ? readFileSync(onCall.file, 'utf8') : '';
      const { role } = options;
      const timeZone =
        (before && parseSchedules(before, { name: basename(onCall.file), people }).get(role)?.timeZone) ||
        (options.timeZone ?? io.screen().timeZone);
      const how = {
        timeZone,
        personNamed: (summary: string) => personNamed(summary, { people, as: options.as }),
      };
      const { pagerduty: schedule, days } = options;
      const { now } = io.screen();
      const shifts =
        schedule === undefined
          ? refusing(source, shiftsFromCalendar, await readSource(source, io), how)
          : refusing(
              source,
              shiftsFromPagerDuty,
              await renderedSchedule({ ...pagerduty, schedule, days, timeZone, now }),
              { ...how, now },
            );
      const text = putShifts(before, { role, timeZone, shifts });
      parseSchedules(text, { name: basename(onCall.file), people });
      if (options.print) return void io.stdout.write(text);
      // In one step: who reads it never sees half a file.
      await writeFile(`${onCall.file}.new`, text);
      await rename(`${onCall.file}.new`, onCall.file);
      printLines(io, [
        `${shifts.length} shift${shifts.length === 1 ? '' : 's'} of ${role} written to ${onCall.file}; gateway and workers take it at once where they read this file.`,
        `  nightshift oncall ${role} --next 5`,
      ]);
    });

const collect = (value: string, before: readonly string[]): readonly string[] => [...before, value];

/** What the shifts are read from, as messages name it. */
function sourceOf(file: string | undefined, { pagerduty }: Options): string {
  if ((file === undefined) === (pagerduty === undefined))
    throw new CliFailure(EXIT.usage, 'name a calendar or --pagerduty SCHEDULE, one of them', {
      next: 'nightshift oncall import --pagerduty PI7DH85 --role payments-oncall',
    });
  return file ?? `PagerDuty’s schedule ${pagerduty}`;
}

function refusing<T, O>(
  source: string,
  read: (from: T, o: O) => ImportedShift[],
  from: T,
  o: O,
): ImportedShift[] {
  try {
    return read(from, o);
  } catch (cause) {
    if (!(cause instanceof CalendarRefused)) throw cause;
    throw new CliFailure(EXIT.usage, `${source}: ${cleanLine(cause.message)}`, {
      cause,
      next: 'nothing was written',
    });
  }
}

/** By `--as`, else whoever is called so: by the name under which they answer, or their full name. */
function personNamed(
  summary: string,
  { people, as }: { people: Readonly<Record<string, { readonly name: string }>>; as: readonly string[] },
): string | undefined {
  const assigned = as.map((a) => [a.slice(0, a.lastIndexOf('=')), a.slice(a.lastIndexOf('=') + 1)] as const);
  const wanted = summary.trim().toLowerCase();
  const named = assigned.find(([text]) => text.trim().toLowerCase() === wanted)?.[1];
  if (named !== undefined) return named;
  return Object.entries(people).find(
    ([person, { name }]) => person.toLowerCase() === wanted || name.toLowerCase() === wanted,
  )?.[0];
}
