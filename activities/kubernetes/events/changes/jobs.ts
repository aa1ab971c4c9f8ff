import type { ObservedChange } from '../../contract/events.ts';
import { objectName, within, type Source } from './snapshot.ts';

/** Jobs that started, completed or failed. */
export const jobs: Source = (seen, window) =>
  seen.jobs.flatMap((job): ObservedChange[] => {
    const object = objectName('job', job);
    const entry = (at: string | undefined, summary: string): ObservedChange[] =>
      within(at, window) ? [{ at, kind: 'job', object, summary, count: 1 }] : [];
    const failed = job.status?.conditions?.find((c) => c.type === 'Failed' && c.status === 'True');
    return [
      ...entry(job.status?.startTime, 'started'),
      ...entry(job.status?.completionTime, 'completed'),
      ...entry(failed?.lastTransitionTime, `failed${failed?.reason ? ` (${failed.reason})` : ''}`),
    ];
  });
