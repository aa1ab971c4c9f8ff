import type { Ledger, ScheduleRow } from '../../ledger/api.ts';
import type { RunbookDefinition } from '../../workflows/define-runbook.ts';
import { CATCH_UP } from '../../workflows/on-schedule.ts';
import { listSchedules, pauseSchedule, resumeSchedule, type ScheduleView } from '../api/schedules.ts';
import { ProblemError } from '../problem-error.ts';
import { nextInstants } from '../schedules/instants.ts';
import { schedulesOf, timeInWords, type Scheduled } from '../schedules/schedules-of.ts';
import type { Serve } from '../serve.ts';

export function serveSchedules(
  serve: Serve,
  { ledger, runbooks }: { ledger: Ledger; runbooks: readonly RunbookDefinition[] },
): void {
  const schedules = schedulesOf(runbooks);

  serve(listSchedules, async ({ query: { next } }) => {
    if (schedules.length === 0) return { schedules: [] };
    const rows = new Map((await ledger.schedules(schedules.map((s) => s.id))).map((row) => [row.id, row]));
    return { schedules: schedules.map((schedule) => viewOf(schedule, rows.get(schedule.id)!, next)) };
  });

  serve(pauseSchedule, async ({ params: { id }, body: { reason }, caller }) => {
    await ledger.pauseSchedule(known(id), { by: caller.person, reason });
    return { paused: true as const };
  });

  serve(resumeSchedule, async ({ params: { id }, body: { reason }, caller }) => {
    await ledger.resumeSchedule(known(id), { by: caller.person, reason });
    return { paused: false as const };
  });

  function known(id: string): string {
    if (schedules.some((schedule) => schedule.id === id)) return id;
    const all = schedules.map((schedule) => schedule.id).join(', ');
    throw new ProblemError('not-found', `there is no schedule "${id}"; there are: ${all || 'none'}`);
  }
}

function viewOf({ id, runbook, trigger }: Scheduled, row: ScheduleRow, next: number): ScheduleView {
  const { time, overlap = 'skip', catchUp = CATCH_UP } = trigger;
  const { paused, last } = row;
  return {
    ...{ id, runbook: runbook.id, title: runbook.title, overlap, catchUp, paused, last },
    ...timeInWords(time),
    next: nextInstants(time, Date.now(), next),
  };
}
