import { Command } from 'commander';
import { existsSync, readFileSync } from 'node:fs';
import { rename, writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import {
  CalendarRefused,
  loadConfig,
  parseSchedules,
  putShifts,
  shiftsFromCalendar,
} from '../../config/index.ts';
import { example, type Context } from '../command.ts';
import { EXIT } from '../exit-code.ts';
import { CliFailure } from '../failure.ts';
import { cleanLine } from '../render/clean.ts';
import { printLines } from '../terminal/io.ts';
import { readSource } from '../terminal/run-input.ts';

interface Options {
  readonly role: string;
  readonly as: readonly string[];
  readonly timeZone?: string;
  readonly config?: string;
  readonly print?: true;
}

export const oncallImportCommand = ({ io }: Context): Command =>
  new Command('import')
    .description(
      'take a role’s shifts from an iCalendar file into the file of schedules; its rotations and overrides stay',
    )
    .argument('<file>', 'the calendar, or - for standard input')
    .requiredOption('--role <role>', 'the role that the shifts fill')
    .option('--as <summary=person>', 'who an event’s summary means; may be repeated', collect, [])
    .option('--time-zone <name>', 'of times without one, when the schedule is new; else this machine’s')
    .option('--config <path>', 'the configuration; else as for "nightshift up"')
    .option('--print', 'print the new file, write nothing')
    .addHelpText(
      'after',
      example('nightshift oncall import rota.ics --role payments-oncall --as "Primary: Ana S.=ana"'),
    )
    .action(async (source: string, options: Options) => {
      const { people, onCall } = await loadConfig(options.config);
      if (!onCall)
        throw new CliFailure(EXIT.usage, 'the configuration names no file of schedules', {
          next: 'add onCall: { file: "on-call.yaml" } to it',
        });
      const before = existsSync(onCall.file) ? readFileSync(onCall.file, 'utf8') : '';
      const { role } = options;
      const timeZone =
        (before && parseSchedules(before, { name: basename(onCall.file), people }).get(role)?.timeZone) ||
        (options.timeZone ?? io.screen().timeZone);
      const shifts = refusing(source, await readSource(source, io), {
        timeZone,
        personNamed: (summary) => personNamed(summary, { people, as: options.as }),
      });
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

function refusing(source: string, text: string, o: Parameters<typeof shiftsFromCalendar>[1]) {
  try {
    return shiftsFromCalendar(text, o);
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
