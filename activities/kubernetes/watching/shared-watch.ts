/**
 * One watch, whoever listens. It goes on where it stopped (resourceVersion) when the server ends it or nothing came for a
 * while, begins anew when the server has forgotten that place (410), and tries again with growing pauses when it broke.
 *
 * 1. Everybody is told `changed` for each change, and when it begins anew: something may have been missed.
 * 2. Everybody is told `lost` when it broke; until it is back nobody waits for it.
 * 3. What the account may not watch is asked again only after a while.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { StepFailure } from '../../kit/index.ts';
import { hasStatus } from '../client/failure.ts';
import { watchEvents } from './watch-events.ts';

export interface WatchSource {
  /** Where the objects are now. */
  version(signal: AbortSignal): Promise<string>;
  /** What happens after that; ends or throws where nothing comes for a while. */
  events(from: string, signal: AbortSignal): Promise<AsyncIterable<Uint8Array>>;
}

export type News = 'changed' | 'lost';

export interface SharedWatch {
  /** Whether it hears of changes; of one that is being started, once that is known. */
  readonly begun: Promise<boolean>;
  listen(to: (news: News) => void): () => void;
  end(): void;
}

const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 30_000;
const REFUSED_PAUSE_MS = 10 * 60_000;
/** One that lived shorter did not work, whatever it said. */
const WORKED_MS = 1_000;

export function sharedWatch(source: WatchSource): SharedWatch {
  const listeners = new Set<(news: News) => void>();
  const ending = new AbortController();
  const { signal } = ending;
  let isLive = false;
  let starting = Promise.withResolvers<boolean>();
  const tell = (news: News) => {
    for (const to of [...listeners]) to(news);
  };
  /** Also for those who ask from now on. */
  const begun = (heard: boolean) => {
    isLive = heard;
    starting.resolve(heard);
    starting = Promise.withResolvers();
    starting.resolve(heard);
  };
  const broke = () => {
    begun(false);
    tell('lost');
  };

  /** One connection, from a version on or from now; `heard` is told how far it came, of nothing when it has to begin anew. */
  async function once(from: string | undefined, heard: (version: string | undefined) => void): Promise<void> {
    const at = from ?? (await source.version(signal));
    heard(at);
    const bytes = await source.events(at, signal);
    if (isLive && from === undefined) tell('changed');
    begun(true);
    for await (const event of watchEvents(bytes)) {
      if (event.kind === 'expired') return heard(undefined);
      if (event.kind === 'error') throw new Error(event.message);
      heard(event.version);
      if (event.kind === 'change') tell('changed');
    }
  }

  async function run(): Promise<void> {
    let version: string | undefined;
    let pause = FIRST_PAUSE_MS;
    let begunAnew = false;
    while (!signal.aborted) {
      const since = Date.now();
      let failure: unknown;
      await once(version, (at) => (version = at)).catch((error: unknown) => (failure = error));
      if (signal.aborted) return;
      const worked = Date.now() - since >= WORKED_MS;
      if (worked) pause = FIRST_PAUSE_MS;
      if (hasStatus(failure, 410)) version = undefined;
      const isForgotten = version === undefined && (failure === undefined || hasStatus(failure, 410));
      // The next try tells whether more is wrong than this place in time, or this connection.
      if ((isForgotten && !begunAnew) || (worked && !(failure instanceof StepFailure))) {
        begunAnew = isForgotten;
        continue;
      }
      begunAnew = false;
      broke();
      const isRefused = hasStatus(failure, 401) || hasStatus(failure, 403);
      const ms = (isRefused ? REFUSED_PAUSE_MS : pause) * (0.5 + Math.random());
      await sleep(ms, undefined, { signal, ref: false }).catch(() => undefined);
      pause = Math.min(2 * pause, LONGEST_PAUSE_MS);
    }
  }
  void run();

  return {
    get begun() {
      return starting.promise;
    },
    listen(to) {
      listeners.add(to);
      return () => void listeners.delete(to);
    },
    end() {
      ending.abort();
      broke();
    },
  };
}
