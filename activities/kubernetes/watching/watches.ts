/**
 * The watches of one account at one cluster: those who wait for the same objects share one. A watch holds a connection, so
 * that there are few; who finds none free polls.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { resourceOf, type Following, type Watched } from '../../kit/index.ts';
import type { ApiClient, ListOptions } from '../client/client.ts';
import type { OtherResource } from '../client/raw.ts';
import { groupVersionOf } from '../deletion/group-version.ts';
import { sharedWatch, type News, type SharedWatch, type WatchSource } from './shared-watch.ts';

export interface Watches {
  /** Nothing where there are so many watches already that another check had better poll. */
  follow(watched: readonly Watched[]): Following | undefined;
  close(): void;
}

/** Of the 16 connections to a server. */
const MOST_WATCHES = 6;
/** One that nobody listens to stays open so long: the next attempt of the same check comes soon. */
const IDLE_MS = 30_000;
/** A server sends a bookmark about every minute. */
const SILENCE_MS = 70_000;
/** While changes come one after the other, they are told of less and less often. */
const FIRST_GAP_MS = 100;
const LONGEST_GAP_MS = 5_000;

export function createWatches(api: ApiClient): Watches {
  const open = new Map<string, { readonly watch: SharedWatch; listeners: number; idle?: NodeJS.Timeout }>();

  const keyOf = (what: Watched) => JSON.stringify([what.resource, what.namespace, what.name, what.selector]);

  function end(key: string): void {
    const entry = open.get(key);
    open.delete(key);
    clearTimeout(entry?.idle);
    entry?.watch.end();
  }

  function join(what: Watched, to: (news: News) => void) {
    const key = keyOf(what);
    const entry = open.get(key) ?? { watch: sharedWatch(sourceOf(api, what)), listeners: 0 };
    open.set(key, entry);
    clearTimeout(entry.idle);
    entry.listeners++;
    const leave = entry.watch.listen(to);
    return {
      begun: entry.watch.begun,
      leave() {
        leave();
        if (--entry.listeners > 0) return;
        if (open.get(key) === entry) entry.idle = setTimeout(() => end(key), IDLE_MS).unref();
      },
    };
  }

  return {
    follow(watched) {
      const keys = new Set(watched.map(keyOf));
      const unused = [...open].filter(([key, { listeners }]) => listeners === 0 && !keys.has(key));
      const added = [...keys].filter((key) => !open.has(key)).length;
      const over = open.size + added - MOST_WATCHES;
      if (keys.size === 0 || over > unused.length) return undefined;
      for (const [key] of unused.slice(0, Math.max(0, over))) end(key);
      return following((to) => watched.map((one) => join(one, to)));
    },
    close() {
      for (const key of [...open.keys()]) end(key);
    },
  };
}

interface Joined {
  readonly begun: Promise<boolean>;
  leave(): void;
}

function following(joinAll: (to: (news: News) => void) => Joined[]): Following {
  let latest: News | undefined;
  let wake = (): void => undefined;
  let gap = FIRST_GAP_MS;
  let toldAt = 0;
  const joined = joinAll((news) => {
    if (latest !== 'lost') latest = news;
    wake();
  });
  const begun = Promise.all(joined.map((one) => one.begun)).then((all) => all.every(Boolean));
  return {
    begun,
    async next({ withinMs, signal }) {
      if (latest === undefined) {
        const over = new AbortController();
        const woken = new Promise<void>((resolve) => (wake = resolve));
        const time = sleep(withinMs, undefined, { signal: AbortSignal.any([signal, over.signal]) });
        await Promise.race([woken, time.catch(() => undefined)]);
        over.abort();
      }
      if (signal.aborted || latest === 'lost') return 'lost';
      if (latest === undefined) {
        gap = FIRST_GAP_MS;
        return 'quiet';
      }
      const early = toldAt + gap - Date.now();
      if (early > 0) {
        await sleep(early, undefined, { signal }).catch(() => undefined);
        gap = Math.min(1.5 * gap, LONGEST_GAP_MS);
      }
      toldAt = Date.now();
      if ((latest as News) === 'lost') return 'lost';
      latest = undefined;
      return 'changed';
    },
    end() {
      for (const one of joined) one.leave();
    },
  };
}

function sourceOf(api: ApiClient, { resource, namespace, name, selector }: Watched): WatchSource {
  const list: ListOptions = {
    namespace,
    labelSelector: selector,
    ...(name !== undefined && { fieldSelector: `metadata.name=${name}` }),
  };
  const limits = (signal: AbortSignal) => ({ signal, deadline: new Date(Date.now() + api.requestTimeoutMs) });
  let place: OtherResource | undefined;
  const placed = async (signal: AbortSignal): Promise<OtherResource> => {
    const { group, resource: plural } = resourceOf(resource);
    return (place ??= { groupVersion: await groupVersionOf(api, group, limits(signal)), plural });
  };
  return {
    version: async (signal) => api.versionOf(await placed(signal), list, limits(signal)),
    events: async (from, signal) =>
      api.watch(await placed(signal), { ...list, from }, { signal, silenceMs: SILENCE_MS }),
  };
}
