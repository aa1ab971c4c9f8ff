/** A ticket system that can be asked what it has: nothing is opened or added there without looking first. */
import { setTimeout as pause } from 'node:timers/promises';
import { StepFailure, type CallContext } from '../kit/index.ts';
import type { TicketMessage } from './webhook.ts';

export type TrackerContext = Pick<CallContext, 'signal' | 'deadline'>;

/** The ticket of a run in such a system. */
export interface TrackedTicket {
  /** For a browser. */
  readonly address: string;
  has(operation: string): Promise<boolean>;
  add(message: TicketMessage): Promise<void>;
}

/** All of it throws StepFailure: `retryable` while looking, `unknown-outcome` where something was sent and no answer came. */
export interface Tracker {
  readonly system: string;
  /** A ticket may not be found for some time after it was opened. */
  readonly findsLate: boolean;
  find(ticket: string, context: TrackerContext): Promise<TrackedTicket | undefined>;
  /** Answers where the new ticket is. */
  open(message: TicketMessage, context: TrackerContext): Promise<string>;
}

const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 4_000;

/**
 * Adds the entry where it is not, opening the ticket where there is none. A comment opens none where tickets are found
 * late: the run's may be there. Answers where the ticket is.
 */
export async function enter(
  tracker: Tracker,
  message: TicketMessage,
  context: TrackerContext,
): Promise<string> {
  const isAwaited = message.kind === 'comment' && tracker.findsLate;
  const ticket = await (isAwaited
    ? findInTime(tracker, message.ticket, context)
    : tracker.find(message.ticket, context));
  if (!ticket) return tracker.open(message, context);
  if (!(await ticket.has(message.operation))) await ticket.add(message);
  return ticket.address;
}

/** Looks again until the deadline; throws `retryable` then. */
async function findInTime(tracker: Tracker, ticket: string, context: TrackerContext): Promise<TrackedTicket> {
  for (let wait = FIRST_PAUSE_MS; ; wait = Math.min(wait * 2, LONGEST_PAUSE_MS)) {
    const found = await tracker.find(ticket, context);
    if (found) return found;
    if (context.signal.aborted || Date.now() + wait >= context.deadline.getTime())
      throw new StepFailure('retryable', `${tracker.system} does not find ${ticket} yet`, {
        next: `Look for the label ${ticket} there: a new ticket is found seconds to minutes after it was opened. Where there is none, open it with tickets.open.`,
      });
    await pause(wait, undefined, { signal: context.signal }).catch(() => undefined);
  }
}
