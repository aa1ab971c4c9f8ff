import type { RunbookDefinition } from '../../workflows/define-runbook.ts';
import type { ScheduleTime, ScheduleTrigger } from '../../workflows/on-schedule.ts';

/** A schedule of the catalogue. */
export interface Scheduled {
  /** The runbook's id, with the schedule's name where it has one: `node-certificates:nightly`. */
  readonly id: string;
  readonly runbook: RunbookDefinition;
  readonly trigger: ScheduleTrigger;
}

export const schedulesOf = (runbooks: readonly RunbookDefinition[]): Scheduled[] =>
  runbooks.flatMap((runbook) =>
    runbook.schedules.map((trigger) => ({
      id: trigger.name === undefined ? runbook.id : `${runbook.id}:${trigger.name}`,
      runbook,
      trigger,
    })),
  );

/** `0 6 * * mon-fri` by the clocks of a zone, or `every 6 hours`. */
export const timeInWords = (time: ScheduleTime): { readonly when: string; readonly timeZone: string } =>
  'cron' in time
    ? { when: time.cron, timeZone: time.timeZone }
    : { when: `every ${time.every}`, timeZone: 'UTC' };
