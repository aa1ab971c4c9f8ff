import { randomUUID } from 'node:crypto';
import { reminderMoment, rolesOf, type Authority, type BusinessHours } from '../../config/index.ts';
import type { Ledger } from '../../ledger/api.ts';
import { LedgerRefused } from '../../ledger/errors.ts';
import type { Reminder } from '../../ledger/reminders.ts';
import {
  closeReminder,
  listReminders,
  postponeReminder,
  reopenReminder,
  setReminder,
  type ReminderView,
} from '../api/reminders.ts';
import type { Caller } from '../authenticate.ts';
import { ProblemError } from '../problem-error.ts';
import type { Serve } from '../serve.ts';
import { runView } from '../views.ts';

export interface ReminderDeps {
  readonly ledger: Ledger;
  readonly authority: Authority;
  readonly businessHours: BusinessHours | undefined;
  readonly wake: () => void;
}

export function serveReminders(serve: Serve, { ledger, authority, businessHours, wake }: ReminderDeps): void {
  serve(listReminders, async ({ query: { all, limit } }) => ({
    reminders: (await ledger.reminders({ all: all === 'true', limit })).map(viewOf),
  }));

  serve(setReminder, async ({ body: { text, to, at }, caller: { person } }) => {
    mustBeSomebody(to);
    const dueAt = await moment(at, { to, field: 'at' });
    const origin = `person ${person} ${randomUUID()}`;
    return viewOf(
      await ledger.addReminder({ origin, workflowId: '', text, to, setBy: person, said: at, dueAt }),
    );
  });

  serve(closeReminder, async ({ params: { id }, body: { reason }, caller }) => {
    const open = await openNow(id, caller);
    await ledger.closeReminder({ id, as: 'closed', by: caller.person, reason });
    await withdraw(open, { by: caller.person, reason: `${id} is closed` });
    return viewOf((await ledger.reminder(id))!);
  });

  serve(postponeReminder, async ({ params: { id }, body: { until: words, reason }, caller }) => {
    const open = await openNow(id, caller);
    const until = await moment(words, { to: open.to, field: 'until' });
    await ledger.postponeReminder({ id, until, by: caller.person, reason });
    await withdraw(open, { by: caller.person, reason: `${id} is postponed until ${until}` });
    return viewOf((await ledger.reminder(id))!);
  });

  serve(reopenReminder, async ({ params: { id }, body: { reason }, caller }) => {
    const open = await openNow(id, caller);
    if (open.workflowId === '')
      throw new ProblemError('bad-request', `${id} is of no run: start one with "nightshift run"`);
    const { person } = caller;
    const again = { of: open.workflowId, person, requestId: `reopened ${id}` };
    const run = await ledger.requestAgain(again);
    await ledger.closeReminder({ id, as: 'reopened', by: person, reason });
    await withdraw(open, { by: person, reason: `${id} is reopened as ${run.workflowId}` });
    wake();
    return runView(run);
  });

  /** An open one that this caller may answer for. */
  async function openNow(id: string, { person, token }: Caller): Promise<Reminder> {
    const reminder = await ledger.reminder(id);
    if (!reminder)
      throw new ProblemError('not-found', `there is no reminder "${id}"; list them with GET /api/reminders`);
    const { to, setBy, closed } = reminder;
    if (closed)
      throw new ProblemError('conflict', `${id} is over: ${closed.as} by ${closed.by}, ${closed.at}`);
    const may =
      token.scopes.includes('admin') ||
      [to, setBy].includes(person) ||
      rolesOf(authority, person, new Date()).includes(to);
    if (!may)
      throw new ProblemError(
        'not-entitled',
        `only ${to}, whoever set it, or a token of scope admin can answer for it`,
      );
    return reminder;
  }

  /** The run that asks, where there is one, need not ask any more. */
  async function withdraw({ askedBy }: Reminder, order: { by: string; reason: string }): Promise<void> {
    if (askedBy === undefined || (await ledger.run(askedBy))?.status === 'ended') return;
    // It may end in this moment, with the same answer.
    await ledger.cancelRun(askedBy, order).catch((error: unknown) => {
      if (!(error instanceof LedgerRefused)) throw error;
    });
    wake();
  }

  /** A reminder for nobody would be asked in vain, on the day that counts. */
  function mustBeSomebody(to: string): void {
    const { people, schedules } = authority;
    const roles = [...Object.values(people).flatMap((p) => p?.roles ?? []), ...(schedules?.roles() ?? [])];
    if (Object.hasOwn(people, to) || roles.includes(to)) return;
    throw wrong('to', `nobody is called "${to}", and nobody has a role of that name`);
  }

  async function moment(words: string, { to, field }: { to: string; field: string }): Promise<string> {
    const now = Date.parse(await ledger.now());
    try {
      const at = Date.parse(words);
      const due = ISO.test(words) ? at : reminderMoment(words, { now, to, authority, businessHours });
      if (!(due > now)) throw new RangeError(`"${words}" is over; name a later moment`);
      return new Date(due).toISOString();
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      throw wrong(field, error.message);
    }
  }
}

const ISO = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/;

const wrong = (field: string, message: string): ProblemError =>
  new ProblemError('bad-request', `${field}: ${message}`, { fields: [{ field, message }] });

const viewOf = ({ workflowId, unless, origin: _, askedAt, askedBy, ...rest }: Reminder): ReminderView => ({
  ...rest,
  ...(workflowId !== '' && { workflowId }),
  ...(unless && { unless: unless.summary }),
  // Of one that was postponed, nobody asks now.
  ...(askedAt !== undefined && { askedBy }),
});
