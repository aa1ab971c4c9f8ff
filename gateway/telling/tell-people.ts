/**
 * Takes what the record says and tells people of it. Safe in several gateways at once; one that is killed between sending
 * a message and writing that down sends it again, with the same id. What cannot be told stops no run.
 */
import type { Config } from '../../config/index.ts';
import type { MessageRow, TellingLedger } from '../../ledger/telling.ts';
import type { Log } from '../log.ts';
import { NotTold, type OpenChannel, type Outgoing } from './channel.ts';
import { openChannel } from './channels/index.ts';
import { grouped, URGENT, type Group } from './grouped.ts';
import { channelsFor } from './routes.ts';
import { shown } from './shown.ts';
import { Telling, tellingOf, type OwnerOf } from './telling.ts';

export interface TellPeopleDeps {
  readonly ledger: TellingLedger;
  readonly config: Pick<Config, 'telling' | 'businessHours' | 'deployment'>;
  readonly runbooks: readonly { readonly id: string; readonly owner: string }[];
  readonly log: Log;
  /** A second when absent. */
  readonly everyMs?: number;
}

const NEWS_AT_ONCE = 200;
const LEASE_MS = 60_000;
/** Looking for a message and sending it, with some room. */
const LONGEST_ATTEMPT_MS = 25_000;
const FIRST_PAUSE_MS = 5_000;
const LONGEST_PAUSE_MS = 5 * 60_000;
const GIVE_UP_MS = 24 * 3_600_000;

/** Returns what ends it; a message that is under way is given up and sent again later. */
export function tellPeople(deps: TellPeopleDeps): () => Promise<void> {
  const { ledger, config, log, everyMs = 1_000 } = deps;
  const isWorkedOn = ({ incident, run: workflowId }: Telling) =>
    incident === undefined || workflowId === undefined
      ? Promise.resolve(false)
      : ledger.otherRunOfIncident({ incident, workflowId });
  const ended = new AbortController();
  const channels = Object.entries(config.telling?.channels ?? {}).map(([name, channel]) =>
    createDelivery(deps, { name, channel: openChannel(channel, { isWorkedOn }), signal: ended.signal }),
  );
  // Each by itself: a channel that hangs keeps neither the news nor the others waiting.
  const stops = [() => takeNews(deps), ...channels].map((once) => {
    let round: Promise<unknown> = Promise.resolve();
    let isBusy = false;
    const timer = setInterval(() => {
      if (isBusy) return;
      isBusy = true;
      round = once()
        .catch((error: unknown) => log.warn({ err: error }, 'people could not be told; it is tried again'))
        .finally(() => (isBusy = false));
    }, everyMs);
    return async () => {
      clearInterval(timer);
      await round;
    };
  });
  return async () => {
    ended.abort();
    await Promise.all(stops.map((stop) => stop()));
  };
}

/** Writes down what is to be told of the news there are. Without channels they are only taken off the list. */
export async function takeNews({
  ledger,
  config,
  runbooks,
}: Pick<TellPeopleDeps, 'ledger' | 'config' | 'runbooks'>): Promise<void> {
  const { deployment } = config;
  const ownerOf: OwnerOf = (runbook) => runbooks.find(({ id }) => id === runbook)?.owner;
  for (;;) {
    const taken = await ledger.takeNews(NEWS_AT_ONCE, (news) => {
      const message = config.telling && tellingOf(news, { deployment, ownerOf });
      if (!message) return [];
      return channelsFor(message, config).map((channel) => ({
        // Numbers begin anew with a database that was lost; moments do not.
        ...{ id: `${deployment}-${news.id}-${Date.parse(news.at)}-${channel}`, channel, message },
        ...{ workflowId: news.run?.workflowId ?? '', kind: message.event },
      }));
    });
    if (taken < NEWS_AT_ONCE) return;
  }
}

/** Sends what is due to one channel, no more a minute than the configuration says. */
function createDelivery(
  { ledger, config, log }: TellPeopleDeps,
  { name, channel, signal }: { name: string; channel: OpenChannel; signal: AbortSignal },
): () => Promise<void> {
  const perMinute = config.telling?.perMinute ?? 1;
  const sentAt: number[] = [];
  /** What the channel never takes in a list goes by itself. */
  const refusedInList = new Set<string>();
  return async () => {
    while (sentAt[0] !== undefined && sentAt[0] < Date.now() - 60_000) sentAt.shift();
    const room = perMinute - sentAt.length;
    if (room <= 0) return;
    const until = Date.now() + LEASE_MS - LONGEST_ATTEMPT_MS;
    const due = await ledger.messagesToDeliver({
      ...{ channel: name, limit: 200, leaseMs: LEASE_MS, first: URGENT },
    });
    const groups = grouped(
      due,
      ({ id, kind }) => channel.single ?? (channel.alone?.includes(kind) === true || refusedInList.has(id)),
    );
    const later = groups.slice(room).flat();
    if (later.length > 0) await ledger.messagesPutBack(ids(later));
    const now = groups.slice(0, room);
    for (const [i, group] of now.entries()) {
      if (signal.aborted) return;
      // Later the lease is over, and another gateway may be sending it.
      if (Date.now() > until) return ledger.messagesPutBack(ids(now.slice(i).flat()));
      sentAt.push(Date.now());
      await deliver(group);
    }
  };

  async function deliver(group: Group): Promise<void> {
    const [first] = group;
    try {
      const place = await channel.send(await outgoing(group), signal);
      await ledger.messageDelivered(ids(group), place);
      refusedInList.delete(first.id);
    } catch (error) {
      if (signal.aborted) return;
      const problem = error instanceof Error ? error.message : String(error);
      let retryMs = retryAfter(first, error);
      // It may be too much at once, or one thing that it never takes: then the others are told.
      const haveSome = error instanceof NotTold && error.retry === 'in-part';
      if (group.length > 1 && retryMs === undefined && !haveSome) {
        for (const { id } of group) refusedInList.add(id);
        retryMs = 0;
      }
      await ledger.messageFailed(ids(group), { problem, retryMs });
      if (retryMs === undefined) refusedInList.delete(first.id);
      const facts = { channel: name, messages: ids(group), problem, attempts: first.attempts };
      if (retryMs === undefined) log.error(facts, 'given up: people were not told');
      else log.warn(facts, 'people could not be told; it is tried again');
    }
  }

  async function outgoing(group: Group): Promise<Outgoing> {
    const [first] = group;
    const { workflowId } = first;
    const isOfOneRun = workflowId !== '' && group.every((row) => row.workflowId === workflowId);
    const thread = isOfOneRun ? await ledger.placeOf({ channel: name, workflowId }) : undefined;
    const tellings = shown(group.map(({ message }) => Telling.parse(message)));
    // The list may be cut otherwise the next time: then it is another message.
    const id = group.length === 1 ? first.id : `${first.id}-and-${group.length - 1}`;
    return {
      id,
      tellings: tellings as unknown as Outgoing['tellings'],
      since: first.createdAt,
      again: group.some(({ attempts }) => attempts > 1),
      thread,
    };
  }
}

const ids = (rows: readonly MessageRow[]): string[] => rows.map(({ id }) => id);

/** In milliseconds; nothing where it is given up. */
function retryAfter({ attempts, createdAt }: MessageRow, error: unknown): number | undefined {
  const retry = error instanceof NotTold ? error.retry : 'soon';
  if (retry === 'never' || retry === 'in-part') return undefined;
  if (Date.now() - Date.parse(createdAt) > GIVE_UP_MS) return undefined;
  return retry === 'soon' ? Math.min(FIRST_PAUSE_MS * 2 ** (attempts - 1), LONGEST_PAUSE_MS) : retry;
}
