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
import { githubTracker, type GitHubOptions } from './github.ts';
import { jiraTracker, type JiraOptions } from './jira.ts';
import { enter, type Tracker } from './tracker.ts';
import { post, type TicketMessage, type TicketWebhook } from './webhook.ts';

export interface TicketStepsOptions {
  /** Where the Markdown files go; made when it is not there. */
  readonly folder?: string | undefined;
  readonly webhook?: TicketWebhook | undefined;
  readonly github?: GitHubOptions | undefined;
  readonly jira?: JiraOptions | undefined;
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
export function createTicketSteps(options: TicketStepsOptions): ImplementedStep[] {
  const { folder: path, webhook, github, jira } = options;
  const trackers: Tracker[] = [
    ...(github ? [githubTracker(github)] : []),
    ...(jira ? [jiraTracker(jira)] : []),
  ];
  if (path === undefined && !webhook && trackers.length === 0)
    throw new TypeError('tickets need a place: a folder, a webhook, GitHub or Jira');
  const folder = path === undefined ? undefined : new TicketFolder(path);

  const plan = async (
    message: Message,
    context: PlanContext,
  ): Promise<Planned<Pre, { existed: boolean }>> => {
    const ticket = ticketOf(context.run);
    const existed =
      ((await folder?.exists(ticket)) ?? false) ||
      (await Promise.all(trackers.map((tracker) => tracker.find(ticket, context)))).some(Boolean);
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

  // The file comes last: where the entry stands in it, the others have had it too.
  const apply = async (
    message: Message,
    { ticket }: Pre,
    context: ApplyContext,
  ): Promise<Applied<Output>> => {
    const { operation } = context;
    if (await folder?.has(ticket, operation)) return { outcome: 'already-satisfied', output: where(ticket) };
    const at = new Date();
    const sent = { ...message, ticket, operation, at: at.toISOString() };
    const addresses: (string | undefined)[] = [];
    for (const tracker of trackers) addresses.push(await enter(tracker, sent, context));
    // After those that know what they have: it may be sent twice, to a receiver that keeps the key.
    if (webhook) addresses.push(await post(webhook, sent, context));
    const address = addresses.find((one) => one !== undefined);
    const written = await folder?.write({
      ...message,
      title: message.title || ticket,
      ticket,
      operation,
      at,
    });
    return { outcome: written === false ? 'already-satisfied' : 'applied', output: where(ticket, address) };
  };

  /** File and trackers tell what is in them; what a webhook was sent, only its receiver knows, and it is not asked. */
  const probe = async (
    kind: Message['kind'],
    { ticket }: Pre,
    context: ApplyContext,
  ): Promise<Probed<Output>> => {
    const { operation } = context;
    if (await folder?.has(ticket, operation)) return { state: 'applied', output: where(ticket) };
    if (!webhook) {
      const found = await Promise.all(trackers.map((tracker) => tracker.find(ticket, context)));
      const have = await Promise.all(found.map(async (one) => one?.has(operation)));
      const late = trackers.find(({ findsLate }, i) => findsLate && !found[i]);
      // A comment opens none, and may be carried out again.
      if (late && kind === 'open')
        return {
          state: 'unknown',
          reason: `${late.system} does not find ${ticket}, and may find it later: look there for the label ${ticket}`,
        };
      // Where one of several lacks it, carrying it out again adds it there and nowhere else.
      return !folder && have.every(Boolean)
        ? { state: 'applied', output: where(ticket, found[0]?.address) }
        : { state: 'not-applied' };
    }
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
      probe: (_, pre, context) => probe('open', pre, context),
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
      probe: (_, pre, context) => probe('comment', pre, context),
    }),
  ];
}

const comment = ({ body }: { body: string }): Message => ({ kind: 'comment', title: '', body, labels: [] });
const excerpt = (body: string): string => body.split('\n')[0]!.slice(0, 200);
