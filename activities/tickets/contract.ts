/**
 * Tickets: a Markdown file in a folder, an issue in GitHub or Jira, a webhook, or several of them. A run has one ticket:
 * opening it again adds to it, and the same operation carried out twice leaves one entry.
 */
import { z } from 'zod';
import { change, defineSteps, hashOf } from '../kit/index.ts';

const Body = z.string().min(1).max(200_000);
const Output = z.object({
  ticket: z.string(),
  /** Where it is: an address in GitHub or Jira, what the webhook answered with, or a file name in the ticket folder. */
  location: z.string(),
});
/** `NS-` and ten hexadecimal digits. */
const TicketId = z.string().regex(/^NS-[0-9a-f]{10}$/);
const Preconditions = z.object({ ticket: TicketId });
const Preimage = z.object({ existed: z.boolean() });

export const tickets = defineSteps('tickets', {
  open: change({
    description: "Opens this run's ticket, or adds to it where it is open already.",
    risk: 'notify',
    input: z.object({
      title: z.string().min(1).max(200),
      /** Markdown. */
      body: Body,
      labels: z.array(z.string().min(1).max(60)).max(20).default([]),
    }),
    output: Output,
    preconditions: Preconditions,
    preimage: Preimage,
    target: (i) => `ticket/${slug(i.title)}`,
    summary: (i) => `Open a ticket: ${i.title}`,
  }),
  comment: change({
    description: 'Adds a comment to a ticket that this run opened.',
    risk: 'notify',
    input: z.object({ ticket: TicketId, body: Body }),
    output: Output,
    preconditions: Preconditions,
    preimage: Preimage,
    target: (i) => `ticket/${i.ticket}`,
    summary: (i) => `Comment on ${i.ticket}: ${i.body.split('\n')[0]?.slice(0, 80) ?? ''}`,
  }),
});

/** The ticket of a run; `run` is the prefix that its operation ids share. */
export const ticketOf = (run: string): string => `NS-${hashOf({ run }).slice(0, 10)}`;

const slug = (title: string): string =>
  title
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
    .slice(0, 60) || 'untitled';
