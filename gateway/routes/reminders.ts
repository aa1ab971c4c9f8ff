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
    await openNow(id, caller);
    await ledger.closeReminder({ id, as: 'closed', by: caller.person, reason });
    return viewOf(await withdrawn(id, { by: caller.person, reason: `${id} is closed` }));
  });

  serve(postponeReminder, async ({ params: { id }, body: { until: words, reason }, caller }) => {
    const { to } = await openNow(id, caller);
    const until = await moment(words, { to, field: 'until' });
    await ledger.postponeReminder({ id, until, by: caller.person, reason });
    return viewOf(await withdrawn(id, { by: caller.person, reason: `${id} is postponed until ${until}` }));
  });

  serve(reopenReminder, async ({ params: { id }, body: { reason }, caller }) => {
    const { workflowId } = await openNow(id, caller);
    if (workflowId === '')
      throw new ProblemError('bad-request', `${id} is of no run: start one with "nightshift run"`);
    const { person: by } = caller;
    const run = await ledger.reopenReminder({ id, by, reason });
    await withdrawn(id, { by, reason: `${id} is reopened as ${run.workflowId}` });
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

  /** As it is now; the run that asks, where there is one, need not ask any more. */
  async function withdrawn(id: string, order: { by: string; reason: string }): Promise<Reminder> {
    const reminder = (await ledger.reminder(id))!;
    const { askedBy } = reminder;
    if (askedBy === undefined || (await ledger.run(askedBy))?.status === 'ended') return reminder;
    // It may end in this moment, with the same answer.
    await ledger.cancelRun(askedBy, order).catch((error: unknown) => {
      if (!(error instanceof LedgerRefused)) throw error;
    });
    wake();
    return reminder;
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
      return new Date(reminderMoment(words, { now, to, authority, businessHours })).toISOString();
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      throw wrong(field, error.message);
    }
  }
}

const wrong = (field: string, message: string): ProblemError =>
  new ProblemError('bad-request', `${field}: ${message}`, { fields: [{ field, message }] });

const viewOf = ({ workflowId, unless, origin: _, askedAt, askedBy, ...rest }: Reminder): ReminderView => ({
  ...rest,
  ...(workflowId !== '' && { workflowId }),
  ...(unless && { unless: unless.summary }),
  // Of one that was postponed, nobody asks now.
  ...(askedAt !== undefined && { askedBy }),
});
