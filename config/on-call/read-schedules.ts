/** The file of schedules, read again whenever it was changed: an override at night needs no restart. */
import { readFileSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import { parse } from 'yaml';
import { ConfigError, type ConfigProblem } from '../config-error.ts';
import { ScheduleFile, type Schedule } from './schedule.ts';
import { onCallAt } from './who-is-on-call.ts';

/** The roles that schedules fill. */
export interface Schedules {
  /** Who holds the role at that moment; nothing for a role that no schedule fills. */
  holders(role: string, at: Date): readonly string[] | undefined;
  readonly roles: () => readonly string[];
  readonly scheduleOf: (role: string) => Schedule | undefined;
}

export type KnownPeople = Readonly<Record<string, { readonly roles: readonly string[] } | undefined>>;

/**
 * Reads the file now, and again when it has changed. Throws a ConfigError that names every wrong field; a later version
 * that is wrong is told to `onProblem`, once, and the last right one stays in force.
 */
export function readSchedules(o: {
  readonly file: string;
  readonly people: KnownPeople;
  readonly onProblem: (error: ConfigError) => void;
}): Schedules {
  const { file, people, onProblem } = o;
  let version = versionOf(file);
  let schedules = parseSchedules(readText(file), { name: basename(file), people });
  let problem: string | undefined;
  const current = () => {
    try {
      const now = versionOf(file);
      if (now === version) return schedules;
      version = now;
      schedules = parseSchedules(readText(file), { name: basename(file), people });
      problem = undefined;
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      if (error.message !== problem) onProblem(error);
      problem = error.message;
    }
    return schedules;
  };
  return {
    roles: () => [...current().keys()],
    scheduleOf: (role) => current().get(role),
    holders: (role, at) => {
      const schedule = current().get(role);
      return schedule && onCallAt(schedule, at).people;
    },
  };
}

/** Parses the text of such a file against the people there are. Throws a ConfigError. */
export function parseSchedules(
  text: string,
  { name, people }: { readonly name: string; readonly people: KnownPeople },
): ReadonlyMap<string, Schedule> {
  const parsed = ScheduleFile.safeParse(asYaml(text, name));
  if (!parsed.success)
    throw new ConfigError(
      name,
      parsed.error.issues.map((issue) => ({
        field: issue.path.join('.'),
        message:
          issue.code === 'unrecognized_keys'
            ? `there is no field ${issue.keys.join(', ')}; remove it or correct its name`
            : issue.message,
      })),
    );
  const schedules = new Map(Object.entries(parsed.data.schedules));
  const problems = [...schedules].flatMap(([role, schedule]) => [
    ...strangers(role, schedule, people),
    ...heldOtherwise(role, people),
  ]);
  if (problems.length) throw new ConfigError(name, problems);
  return schedules;
}

/** Somebody nobody knows would answer nothing, and be on call all the same. */
function strangers(role: string, schedule: Schedule, people: KnownPeople): ConfigProblem[] {
  const { rotations, shifts, overrides } = schedule;
  const named = [
    ...rotations.flatMap((r, i) => r.people.map((person) => [`rotations.${i}.people`, person] as const)),
    ...shifts.map((s, i) => [`shifts.${i}.person`, s.person] as const),
    ...overrides.map((o, i) => [`overrides.${i}.person`, o.person] as const),
  ];
  return named
    .filter(([, person]) => !Object.hasOwn(people, person))
    .map(([field, person]) => ({
      field: `schedules.${role}.${field}`,
      message: `"${person}" is not one of people in the configuration; write the name under which they answer`,
    }));
}

function heldOtherwise(role: string, people: KnownPeople): ConfigProblem[] {
  const holders = Object.entries(people).filter(([, person]) => person?.roles.includes(role));
  return holders.map(([person]) => ({
    field: `schedules.${role}`,
    message: `people.${person}.roles in the configuration names this role too; a role is filled by its schedule or by a list: take it out of one`,
  }));
}

function asYaml(text: string, name: string): unknown {
  try {
    return parse(text);
  } catch (cause) {
    const error = new ConfigError(name, [
      { field: '', message: `it is not YAML: ${(cause as Error).message}` },
    ]);
    error.cause = cause;
    throw error;
  }
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw unreadable(file, cause);
  }
}

/** Size and time: two writes within one tick of the clock differ in one of them, or are the same text most likely. */
function versionOf(file: string): string {
  try {
    const { mtimeMs, size, ino } = statSync(file);
    return `${mtimeMs} ${size} ${ino}`;
  } catch (cause) {
    throw unreadable(file, cause);
  }
}

function unreadable(file: string, cause: unknown): ConfigError {
  const why =
    (cause as NodeJS.ErrnoException).code === 'ENOENT' ? 'there is no such file' : (cause as Error).message;
  const error = new ConfigError(basename(file), [
    { field: '', message: `${why}; onCall.file in the configuration names ${file}` },
  ]);
  error.cause = cause;
  return error;
}
