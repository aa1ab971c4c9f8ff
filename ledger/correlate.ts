/**
 * What becomes of an alert that fits a runbook: a run of its own, a word to a run that is open, a place in a queue.
 * Pure: the ledger asks it under the incident's lock with what is so at that moment, a backtest with what was so then.
 */
import { hashOf } from '../activities/kit/index.ts';

/** How a runbook wants its alerts correlated. */
export interface CorrelationTerms {
  readonly onRepeat: 'join' | 'queue' | 'ignore';
  /** After a run of the incident has ended, the next one waits so long. */
  readonly cooldownMs?: number | undefined;
  /** An incident that started so many runs in that time flaps: its next run waits until the time has passed. */
  readonly flapping?: { readonly runs: number; readonly withinMs: number } | undefined;
  /** A new run waits so long for more alerts; those that come before it has started become part of its input. */
  readonly gather?:
    | {
        readonly forMs: number;
        /** Throws when the inputs do not make one. */
        readonly merge: (inputs: readonly unknown[]) => unknown;
      }
    | undefined;
}

/**
 * What is so about an incident: its runs of one kind (real ones, or those in shadow), what people only tried left out.
 * Times are ISO 8601 by the ledger's clock.
 */
export interface IncidentFacts {
  readonly now: string;
  /** Runs that have not ended, oldest first. */
  readonly open: readonly {
    readonly workflowId: string;
    /** It has not been started, so its input can still grow: `inputs` are those it has so far. */
    readonly waiting: boolean;
    readonly inputs: readonly unknown[];
    /** Its alert has resolved and it ends without a change: a new firing is a new incident. */
    readonly over: boolean;
  }[];
  /** When the newest of its ended runs ended; absent where that is longer ago than `cooldownMs`. */
  readonly lastEndedAt?: string | undefined;
  /** When its runs of the last `flapping.withinMs` were received, oldest first. */
  readonly receivedAt: readonly string[];
}

/** A new run that may start at once, or not before a moment, for a reason. */
interface NewRun {
  readonly notBefore?: string | undefined;
  /** Why it waits, in words that go before "until 03:10". */
  readonly why?: string | undefined;
}

export type Correlation =
  | ({ readonly effect: 'new' | 'delayed' } & NewRun)
  /** A run that starts when `after` has ended. */
  | { readonly effect: 'queued'; readonly after: string }
  | { readonly effect: 'joined' | 'ignored'; readonly workflowId: string }
  /** Part of a run that has not started: its input is `input` now. */
  | {
      readonly effect: 'gathered';
      readonly workflowId: string;
      readonly input: unknown;
      readonly inputs: readonly unknown[];
    };

export function correlate(terms: CorrelationTerms, input: unknown, facts: IncidentFacts): Correlation {
  const open = terms.onRepeat === 'queue' ? facts.open : facts.open.filter((run) => !run.over);
  const last = open.at(-1);
  if (last === undefined) return newRun(terms, facts);
  const waiting = open.filter((run) => run.waiting && !run.over);
  const same = waiting.find((run) => run.inputs.some((known) => hashOf(known) === hashOf(input)));
  if (same !== undefined && terms.onRepeat !== 'ignore')
    return { effect: 'joined', workflowId: same.workflowId };
  const gathering = waiting.at(-1);
  if (gathering !== undefined && terms.gather) {
    const inputs = [...gathering.inputs, input];
    const merged = attempt(() => terms.gather!.merge(inputs));
    if (merged) return { effect: 'gathered', workflowId: gathering.workflowId, input: merged.value, inputs };
  }
  switch (terms.onRepeat) {
    case 'join':
      return { effect: 'joined', workflowId: last.workflowId };
    case 'ignore':
      return { effect: 'ignored', workflowId: last.workflowId };
    case 'queue':
      return { effect: 'queued', after: last.workflowId };
  }
}

function newRun({ cooldownMs, flapping, gather }: CorrelationTerms, facts: IncidentFacts): Correlation {
  const now = Date.parse(facts.now);
  const waits: { until: number; why: string; effect: 'new' | 'delayed' }[] = [];
  if (gather && gather.forMs > 0)
    waits.push({ until: now + gather.forMs, why: 'gathers alerts', effect: 'new' });
  if (cooldownMs !== undefined && facts.lastEndedAt !== undefined) {
    const until = Date.parse(facts.lastEndedAt) + cooldownMs;
    waits.push({ until, why: 'cools down after the last run', effect: 'delayed' });
  }
  if (flapping && facts.receivedAt.length >= flapping.runs) {
    const first = facts.receivedAt.at(-flapping.runs)!;
    waits.push({
      until: Date.parse(first) + flapping.withinMs,
      why: `flaps: ${flapping.runs} runs since ${first}`,
      effect: 'delayed',
    });
  }
  const longest = waits.filter((w) => w.until > now).sort((a, b) => b.until - a.until)[0];
  if (longest === undefined) return { effect: 'new' };
  const { until, why, effect } = longest;
  return { effect, notBefore: new Date(until).toISOString(), why };
}

function attempt<T>(make: () => T): { readonly value: T } | undefined {
  try {
    return { value: make() };
  } catch {
    return undefined;
  }
}
