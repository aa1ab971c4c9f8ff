/**
 * What somebody wanted to be asked later is asked when its time has come: by a run of the engine's own, so that the
 * question and the answer have a record. A freeze without an end is such a thing as well. Safe in several gateways at once.
 */
import { shortened } from '../activities/kit/shortened.ts';
import { reminderMoment, type Authority, type BusinessHours } from '../config/index.ts';
import type { Freeze, Ledger, RunRequest } from '../ledger/api.ts';
import type { Reminder } from '../ledger/reminders.ts';
import { everySoOften } from './every-so-often.ts';
import type { Log } from './log.ts';

export interface AskAboutRemindersDeps {
  readonly ledger: Ledger;
  readonly authority: Authority;
  readonly businessHours?: BusinessHours | undefined;
  readonly log: Log;
  /** Called when there is a run to start. */
  readonly wake: () => void;
  /** Five seconds when absent. */
  readonly everyMs?: number;
}

const AT_ONCE = 50;
const LONGEST_TITLE = 200;

/** Returns what ends it. */
export const askAboutReminders = (deps: AskAboutRemindersDeps): (() => Promise<void>) =>
  everySoOften(
    { everyMs: deps.everyMs ?? 5_000, log: deps.log, failure: 'could not look at reminders' },
    () => askWhatIsDue(deps),
  );

/** One round. */
export async function askWhatIsDue(deps: Omit<AskAboutRemindersDeps, 'log' | 'everyMs'>): Promise<void> {
  const { ledger, wake } = deps;
  const inForce = await ledger.freezes();
  await remindOfFreezes(deps, inForce);
  for (const reminder of await ledger.remindersDue(AT_ONCE)) {
    const freeze = FREEZE.exec(reminder.origin)?.[1];
    if (freeze !== undefined && !inForce.some(({ id }) => id === freeze)) {
      const reason = `the freeze ${freeze} is over`;
      await ledger.closeReminder({ id: reminder.id, as: 'lifted', by: 'nightshift', reason });
      continue;
    }
    if (await ledger.askReminder(reminder.id, asking)) wake();
  }
}

const asking = (r: Reminder): Pick<RunRequest, 'title' | 'input'> => {
  const { id, text, to, workflowId, setBy, setAt, said, unless } = r;
  return {
    title: shortened(text, LONGEST_TITLE),
    input: { id, text, to, of: workflowId, setBy, setAt, said, ...(unless && { unless }) },
  };
};

const FREEZE = /^freeze (.+)$/;
const originOf = ({ id }: Freeze): string => `freeze ${id}`;
/** By the clocks of whoever froze. */
const ABOUT_FREEZES = 'next working day 09:30';

/** Whoever froze without saying until when is asked whether it is still needed. */
async function remindOfFreezes(
  { ledger, authority, businessHours }: Omit<AskAboutRemindersDeps, 'log' | 'everyMs'>,
  freezes: readonly Freeze[],
): Promise<void> {
  const endless = freezes.filter(
    ({ by, until }) => until === undefined && Object.hasOwn(authority.people, by),
  );
  const known = await ledger.haveReminded(endless.map(originOf));
  for (const freeze of endless) {
    const { id, by, reason, since } = freeze;
    if (known.has(originOf(freeze))) continue;
    const clock = { now: Date.parse(since), to: by, authority, businessHours };
    await ledger.addReminder({
      origin: originOf(freeze),
      workflowId: '',
      text: `Still frozen (${id}): ${reason}. Is it still needed? "nightshift lift ${id}" ends it`,
      ...{ to: by, setBy: by, said: ABOUT_FREEZES },
      dueAt: new Date(reminderMoment(ABOUT_FREEZES, clock)).toISOString(),
    });
  }
}
