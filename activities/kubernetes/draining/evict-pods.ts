/**
 * Evicts pods until they are gone. One list of the node tells how far it is, however many pods there are; a budget that
 * has said no is not asked again for its other pods in the same round. Where `whyWait` is given it is asked before each
 * pod. An eviction names its pod's UID, so one that was sent twice, or whose answer was lost, evicts nothing else.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { StepFailure, type ApplyContext } from '../../kit/index.ts';
import type { ApiClient } from '../client/client.ts';
import { DISRUPTION_BUDGET, hasStatus } from '../client/failure.ts';
import type { Limits } from '../client/http.ts';
import type { ObjectOf, RawPod } from '../client/raw.ts';
import { budgetName, budgetsOf } from './budgets.ts';
import { identityOf, isTerminating } from './drain-filters.ts';

export interface Left {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly why: string;
}

interface Evictions {
  readonly evicted: number;
  readonly left: readonly Left[];
  /** UIDs of pods whose eviction was sent and not clearly answered since. */
  readonly unanswered: readonly string[];
}

const FIRST_PAUSE = 150;
const LONGEST_PAUSE = 5_000;

export async function evictPods(
  api: ApiClient,
  o: {
    /** Those of the wanted pods that are there now; `evicted`: UIDs of those whose eviction was accepted. */
    readonly present: (evicted: ReadonlySet<string>) => Promise<readonly RawPod[]>;
    readonly budgets: readonly ObjectOf<'poddisruptionbudgets'>[];
    readonly until: Date;
    readonly tell: (what: string) => void;
    readonly whyWait?: ApplyContext['whyWait'];
  },
  limits: Limits,
): Promise<Evictions> {
  const evicted = new Set<string>();
  const unanswered = new Set<string>();
  const whyNot = new Map<string, string>();
  for (let pause = FIRST_PAUSE; ;) {
    const present = await o.present(evicted);
    o.tell(`${present.length} pods left`);
    const standing = present.filter((pod) => !isTerminating(pod));
    const round = await oneRound(api, { ...o, standing, unanswered }, limits);
    for (const uid of round.evicted) evicted.add(uid);
    for (const [uid, why] of round.whyNot) whyNot.set(uid, why);
    pause = round.evicted.length > 0 ? FIRST_PAUSE : Math.min(1.5 * pause, LONGEST_PAUSE);
    if (present.length === 0 || Date.now() + pause >= o.until.getTime() || limits.signal.aborted) {
      const left = present.map((pod) => ({ ...identityOf(pod), why: whyStill(pod, { evicted, whyNot }) }));
      return { evicted: evicted.size, left, unanswered: [...unanswered] };
    }
    await sleep(pause, undefined, { signal: limits.signal }).catch(() => undefined);
  }
}

interface Round {
  readonly evicted: string[];
  readonly whyNot: Map<string, string>;
  /** Kept from round to round. */
  readonly unanswered: Set<string>;
}

/** At most so many evictions are asked for at once. */
const AT_ONCE = 8;

/**
 * Asks once for each pod, but for those whose budget has said no already: the pods of one budget one after the other,
 * those of different ones, and those of none, beside each other.
 */
async function oneRound(
  api: ApiClient,
  o: {
    readonly standing: readonly RawPod[];
    readonly budgets: readonly ObjectOf<'poddisruptionbudgets'>[];
    readonly whyWait?: ApplyContext['whyWait'];
    readonly unanswered: Set<string>;
  },
  limits: Limits,
): Promise<Round> {
  const round: Round = { evicted: [], whyNot: new Map(), unanswered: o.unanswered };
  const queues = queuesOf(o.standing, o.budgets);
  let paused = false;
  const worker = async (): Promise<void> => {
    for (let queue = queues.shift(); queue && !paused; queue = queues.shift()) {
      if ((await evictQueue(api, { queue, round, whyWait: o.whyWait }, limits)) === 'pause') paused = true;
    }
  };
  // What may go is looked at before each: two at once would both be told that there is room for one.
  await Promise.all(Array.from({ length: o.whyWait ? 1 : AT_ONCE }, worker));
  return round;
}

interface Queue {
  readonly budget: string;
  readonly pods: RawPod[];
}

/** One queue for each budget; a pod without one is a queue of its own. */
function queuesOf(pods: readonly RawPod[], budgets: readonly ObjectOf<'poddisruptionbudgets'>[]): Queue[] {
  const queues = new Map<string, Queue>();
  for (const pod of pods) {
    const budget = budgetsOf(pod, budgets).map(budgetName)[0];
    const key = budget ?? identityOf(pod).uid;
    const queue = queues.get(key) ?? { budget: budget ?? 'its budget', pods: [] };
    queue.pods.push(pod);
    queues.set(key, queue);
  }
  return [...queues.values()];
}

/** `pause`: the server asks for one, or does not answer; nothing more is asked in this round. */
async function evictQueue(
  api: ApiClient,
  {
    queue: { budget, pods },
    round,
    whyWait,
  }: { readonly queue: Queue; readonly round: Round; readonly whyWait: ApplyContext['whyWait'] },
  limits: Limits,
): Promise<'done' | 'pause'> {
  for (const [index, pod] of pods.entries()) {
    const { uid, ...where } = identityOf(pod);
    const wait = await whyWait?.({ ...where, uid });
    if (wait !== undefined) {
      round.whyNot.set(uid, wait);
      continue;
    }
    try {
      await api.evict({ ...where, uid }, limits);
      round.evicted.push(uid);
      round.unanswered.delete(uid);
    } catch (error) {
      // Gone, or written in between: the next look tells.
      if (hasStatus(error, 404) || hasStatus(error, 409)) continue;
      if (!(error instanceof StepFailure)) throw error;
      if (error.facts['cause'] === DISRUPTION_BUDGET) {
        round.unanswered.delete(uid);
        const why = `${budget}: ${String(error.facts['said'])}`;
        for (const waiting of pods.slice(index)) round.whyNot.set(identityOf(waiting).uid, why);
        return 'done';
      }
      if (error.kind !== 'retryable' && error.kind !== 'unknown-outcome') throw error;
      if (error.kind === 'unknown-outcome') round.unanswered.add(uid);
      round.whyNot.set(uid, error.message);
      return 'pause';
    }
  }
  return 'done';
}

function whyStill(
  pod: RawPod,
  { evicted, whyNot }: { evicted: ReadonlySet<string>; whyNot: ReadonlyMap<string, string> },
): string {
  if (isTerminating(pod)) return `being deleted since ${pod.metadata?.deletionTimestamp ?? 'a moment'}`;
  const { uid } = identityOf(pod);
  if (evicted.has(uid)) return 'evicted a moment ago';
  return whyNot.get(uid) ?? 'nobody has asked for it yet';
}
