/** Runbooks that the clock starts. */
import { milliseconds, type Duration } from '../activities/kit/index.ts';
import { parseCron } from './cron.ts';

export type ScheduleTime =
  /** Five fields of crontab, by the clocks of that time zone (`Europe/Berlin`). */
  | { readonly cron: string; readonly timeZone: string }
  /** Counted from the beginning of 1970 in UTC: every hour is on the hour. */
  | { readonly every: Duration };

export interface ScheduleOptions {
  /** Tells several schedules of a runbook apart. */
  readonly name?: string;
  /** What happens while a run of this schedule is open: nothing, another after it, another beside it. `skip` when absent. */
  readonly overlap?: 'skip' | 'queue' | 'allow';
  /**
   * How late a start may be when no gateway was up at its time; of several that were missed the last one is started.
   * `10 minutes` when absent, a day at most.
   */
  readonly catchUp?: Duration;
}

export interface ScheduleTrigger<Input = unknown> extends ScheduleOptions {
  readonly on: 'schedule';
  readonly time: ScheduleTime;
  /** `at` is the moment by the schedule (ISO 8601), however late the start is. */
  readonly input: (at: string) => Input;
}

/** Starts the runbook at these times, with the input that the function makes of each. */
export function onSchedule<Input>(
  time: ScheduleTime,
  input: (at: string) => Input,
  options: ScheduleOptions = {},
): ScheduleTrigger<Input> {
  return { on: 'schedule', time, input, ...options };
}

export const CATCH_UP: Duration = '10 minutes';
const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
const NAME = /^[a-z0-9]+(-[a-z0-9]+)*$/;

/** What is wrong with the schedules of a runbook, in words; nothing when they can be kept. */
export function wrongSchedule(schedules: readonly ScheduleTrigger[]): string | undefined {
  const names = schedules.map((s) => s.name);
  if (schedules.length > 1 && (names.includes(undefined) || new Set(names).size < names.length))
    return 'several schedules need a name each, like { name: "nightly" }';
  return schedules.map(wrongIn).find((wrong) => wrong !== undefined);
}

function wrongIn({ time, name, catchUp }: ScheduleTrigger): string | undefined {
  if (name !== undefined && !NAME.test(name))
    return `the schedule's name "${name}" must be lower-case words joined by hyphens`;
  try {
    if (catchUp !== undefined && milliseconds(catchUp) > DAY_MS)
      return `catchUp: ${catchUp} is more than a day; what was missed for so long is not worth starting`;
    if ('cron' in time) {
      parseCron(time.cron);
      return isTimeZone(time.timeZone)
        ? undefined
        : `timeZone: write the name of a time zone, like "Europe/Berlin" or "UTC", not "${time.timeZone}"`;
    }
    return milliseconds(time.every) < MINUTE_MS ? `every: ${time.every} is less than a minute` : undefined;
  } catch (error) {
    return `${'cron' in time ? 'cron' : 'every'}: ${(error as Error).message}`;
  }
}

/** A name that this JavaScript knows, like `Europe/Berlin`. */
export function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}
