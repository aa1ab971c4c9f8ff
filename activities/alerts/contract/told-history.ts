import type { z } from 'zod';
import { windowSeconds } from '../../kit/index.ts';
import type { AlertHistory, HistoryQuestion } from '../contract.ts';

type Question = Pick<z.output<typeof HistoryQuestion>, 'flaps'>;
type Known = Extract<AlertHistory, { state: 'known' }>;
type Fired = Known['fired'][number];

/** One time that an alert fired, as it was received. Moments are ISO 8601 by the ledger's clock or the source's. */
export interface Firing extends Pick<Fired, 'name' | 'source' | 'fingerprint' | 'labels' | 'from' | 'runs'> {
  /** The first end that was received after its beginning. */
  readonly endedAt: string | null;
  /** When the same series began to fire next. */
  readonly nextFrom: string | null;
}

/** What the ledger knows of them. */
export interface ReceivedFirings {
  readonly now: string;
  readonly since: string;
  /** When this deployment received its first alert of any kind; null where it never did. */
  readonly heardSince: string | null;
  /** Such an alert was received at some time, however long ago. */
  readonly ever: boolean;
  /** Newest first. */
  readonly firings: readonly Firing[];
  readonly truncated: boolean;
}

const MOST_SHOWN = 50;

/** What those firings say. */
export function toldHistory(received: ReceivedFirings, { flaps }: Question): AlertHistory {
  const { now, since, heardSince, ever, firings, truncated } = received;
  if (!ever || heardSince === null)
    return { state: 'unknown', why: 'never-received', reason: neverReceived(heardSince) };
  const fired = firings.map((firing) => firedOf(firing, now));
  // One whose end never came would count with all the time since.
  const lengths = fired
    .flatMap(({ state, seconds }) => (state === 'ended' ? (seconds ?? []) : []))
    .sort((a, b) => a - b);
  const firing = fired.filter(({ state }) => state === 'firing');
  return {
    state: 'known',
    from: heardSince > since ? heardSince : since,
    until: now,
    times: fired.length,
    firing: firing.length,
    firingSince: earliest(firing),
    medianSeconds: lengths[Math.ceil(lengths.length / 2) - 1] ?? null,
    longestSeconds: lengths.at(-1) ?? null,
    flapping: flapping(firings, { now, flaps }),
    outcomes: outcomesOf(firings),
    fired: fired.slice(0, MOST_SHOWN),
    truncated,
  };
}

const neverReceived = (heardSince: string | null): string =>
  heardSince === null
    ? 'this deployment has received no alert at all: its source may not be configured to send here'
    : `no such alert was received since ${heardSince}, when the first alert came: it has not fired, has other labels, or is not sent here`;

const earliest = (fired: readonly Fired[]): string | null =>
  fired.map(({ from }) => from).toSorted()[0] ?? null;

function firedOf({ endedAt, nextFrom, ...firing }: Firing, now: string): Fired {
  const secondsTo = (end: string) =>
    Math.max(0, Math.round((Date.parse(end) - Date.parse(firing.from)) / 1000));
  // An end that came after the next beginning is the next one's.
  if (endedAt !== null && (nextFrom === null || endedAt <= nextFrom))
    return { ...firing, to: endedAt, state: 'ended', seconds: secondsTo(endedAt) };
  return nextFrom === null
    ? { ...firing, state: 'firing', seconds: secondsTo(now) }
    : { ...firing, state: 'end-unknown', seconds: null };
}

/** By series: five pods that fire once each do not flap. */
function flapping(
  firings: readonly Firing[],
  { now, flaps }: { readonly now: string } & Question,
): Known['flapping'] {
  const [withinMs, nowMs] = [windowSeconds(flaps.within) * 1000, Date.parse(now)];
  const series = Map.groupBy(firings, (f) => `${f.source} ${f.fingerprint}`);
  const counted = [...series.values()].map((ofOne) => {
    // A source's clock may be ahead of the ledger's.
    const began = ofOne.map(({ from }) => Math.min(nowMs, Date.parse(from)));
    const upTo = (end: number) => began.filter((at) => at <= end && at > end - withinMs).length;
    return { name: ofOne[0]!.name, lately: upTo(nowMs), atWorst: Math.max(...began.map(upTo)) };
  });
  const [busiest] = counted.toSorted((a, b) => b.lately - a.lately || b.atWorst - a.atWorst);
  const atWorst = Math.max(0, ...counted.map((c) => c.atWorst));
  if (!busiest) return { flaps: false, lately: 0, atWorst, reason: 'it has not fired in that time' };
  const { name, lately } = busiest;
  const limit = `${flaps.times} or more are flapping`;
  const worst = atWorst > lately ? `; ${atWorst} times at worst` : '';
  return {
    flaps: lately >= flaps.times,
    lately,
    atWorst,
    reason: `one series of ${name} began to fire ${lately} times in the last ${flaps.within}${worst} (${limit})`,
  };
}

function outcomesOf(firings: readonly Firing[]): Known['outcomes'] {
  const runs = new Map(firings.flatMap((f) => f.runs.map((r) => [r.run, r.outcome ?? 'open'] as const)));
  const outcomes: Record<string, number> = {};
  for (const outcome of runs.values()) outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
  return outcomes;
}
