import { z } from 'zod';
import { defineRunbook } from '../../workflows/define-runbook.ts';
import { onSchedule } from '../../workflows/on-schedule.ts';
import type { SubjectName } from './subjects.ts';

/** What starts it: an alert of this name, the clock (five fields of crontab, UTC), or people alone. */
export type Starts =
  | { readonly by: 'alert'; readonly alertname: string }
  | { readonly by: 'schedule'; readonly cron: string }
  | { readonly by: 'people' };

/** What a person says of a runbook that is to be written. */
export interface NewRunbook {
  readonly id: string;
  readonly starts: Starts;
  readonly looksAt: SubjectName;
  /** The role that owns it. */
  readonly owner: string;
}

/** `queue-grows` as a title. */
export const titleOf = (id: string): string => {
  const words = id.replaceAll('-', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
};

/** `queue-grows` as the name of a variable. A single word may be one of the language's own. */
export const variableOf = (id: string): string =>
  id.includes('-') ? id.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase()) : `${id}Runbook`;

/** What is wrong with an id, in the engine's own words; nothing when it can be one. */
export const wrongId = (id: string): string | undefined => refused({ id });

/** What is wrong with a time, in the engine's own words. */
export const wrongCron = (cron: string): string | undefined => refused({ id: 'a', cron });

function refused({ id, cron }: { readonly id: string; readonly cron?: string }): string | undefined {
  const triggers = cron === undefined ? [] : [onSchedule({ cron, timeZone: 'UTC' }, () => ({}))];
  try {
    defineRunbook({
      ...{ id, title: id, owner: id, description: id, triggers },
      input: z.object({}),
      run: async () => undefined,
    });
    return undefined;
  } catch (error) {
    return (error as Error).message.replace(/^runbook "a": /, '');
  }
}

/** Prometheus' names of alerts have no rule; what is no name in anybody's rules is refused here. */
export const wrongAlertname = (name: string): string | undefined =>
  /^[^\s'"`\\]+$/.test(name) ? undefined : 'write the name of the alert rule, like HighErrorRate';
