/** A ticket system that can be asked what it has: nothing is opened or added there without looking first. */
import type { CallContext } from '../kit/index.ts';
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
  find(ticket: string, context: TrackerContext): Promise<TrackedTicket | undefined>;
  /** Answers where the new ticket is. */
  open(message: TicketMessage, context: TrackerContext): Promise<string>;
}

/** Adds the entry where it is not, opening the ticket where there is none. Answers where the ticket is. */
export async function enter(
  tracker: Tracker,
  message: TicketMessage,
  context: TrackerContext,
): Promise<string> {
  const ticket = await tracker.find(message.ticket, context);
  if (!ticket) return tracker.open(message, context);
  if (!(await ticket.has(message.operation))) await ticket.add(message);
  return ticket.address;
}
