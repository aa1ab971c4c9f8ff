import {
  implementChange,
  StepFailure,
  type Applied,
  type ApplyContext,
  type ImplementedStep,
  type PlanContext,
  type Planned,
  type Probed,
} from '../kit/index.ts';
import { ticketOf, tickets } from './contract.ts';
import { TicketFolder } from './ticket-file.ts';
import { post, type TicketMessage, type TicketWebhook } from './webhook.ts';

export interface TicketStepsOptions {
  /** Where the Markdown files go; made when it is not there. */
  readonly folder?: string | undefined;
  readonly webhook?: TicketWebhook | undefined;
}

type Message = Pick<TicketMessage, 'kind' | 'title' | 'body' | 'labels'>;
interface Pre {
  readonly ticket: string;
}
interface Output {
  readonly ticket: string;
  readonly location: string;
}

/** The ticket steps. Throws a TypeError when there is nowhere to write tickets to. */
export function createTicketSteps({ folder: path, webhook }: TicketStepsOptions): ImplementedStep[] {
  if (path === undefined && !webhook) throw new TypeError('tickets need a folder, a webhook, or both');
  const folder = path === undefined ? undefined : new TicketFolder(path);

  const plan = async (
    message: Message,
    { run }: PlanContext,
  ): Promise<Planned<Pre, { existed: boolean }>> => {
    const ticket = ticketOf(run);
    const existed = (await folder?.exists(ticket)) ?? false;
    return {
      diff: [
        {
          path: existed ? `${ticket}/entry` : ticket,
          before: null,
          after: message.title || excerpt(message.body),
        },
      ],
      preconditions: { ticket },
      preimage: { existed },
      dryRun: 'none',
      warnings: existed && message.kind === 'open' ? [`${ticket} is open already: this adds to it`] : [],
    };
  };

  // The file comes last: where the entry stands in it, the webhook has had it too.
  const apply = async (
    message: Message,
    { ticket }: Pre,
    context: ApplyContext,
  ): Promise<Applied<Output>> => {
    const { operation } = context;
    if (await folder?.has(ticket, operation)) return { outcome: 'already-satisfied', output: where(ticket) };
    const at = new Date();
    const address =
      webhook && (await post(webhook, { ...message, ticket, operation, at: at.toISOString() }, context));
    const written = await folder?.write({
      ...message,
      title: message.title || ticket,
      ticket,
      operation,
      at,
    });
    return { outcome: written === false ? 'already-satisfied' : 'applied', output: where(ticket, address) };
  };

  /** The file tells what is in it; what a webhook was sent before that, only its receiver knows, and it is not asked. */
  const probe = async ({ ticket }: Pre, { operation }: ApplyContext): Promise<Probed<Output>> => {
    if (await folder?.has(ticket, operation)) return { state: 'applied', output: where(ticket) };
    if (!webhook) return { state: 'not-applied' };
    return {
      state: 'unknown',
      reason: `only the receiver of the webhook can tell whether it has ${ticket} under the key ${operation}; look there. Sending it again is safe where the receiver keeps Idempotency-Key`,
    };
  };

  const where = (ticket: string, address?: string): Output => ({
    ticket,
    location: address ?? folder?.fileOf(ticket) ?? ticket,
  });

  return [
    implementChange(tickets.open, {
      plan: (input, context) => plan({ kind: 'open', ...input }, context),
      apply: (input, pre, context) => apply({ kind: 'open', ...input }, pre, context),
      probe: (_, pre, context) => probe(pre, context),
    }),
    implementChange(tickets.comment, {
      plan: async (input, context) => {
        if (input.ticket !== ticketOf(context.run)) {
          throw new StepFailure('invalid', `${input.ticket} is not this run's ticket`, {
            next: 'Comment on the ticket that tickets.open of this run answered with.',
          });
        }
        return plan(comment(input), context);
      },
      apply: (input, pre, context) => apply(comment(input), pre, context),
      probe: (_, pre, context) => probe(pre, context),
    }),
  ];
}

const comment = ({ body }: { body: string }): Message => ({ kind: 'comment', title: '', body, labels: [] });
const excerpt = (body: string): string => body.split('\n')[0]!.slice(0, 200);
