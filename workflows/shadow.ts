/**
 * A run in shadow (`shadow` in its signed start): its runbook is not trusted with alerts yet, so that they start runs
 * which only try. Such a run has a second half. When it has tried as far as it goes, it stays until its alert resolves,
 * and looks what becomes of the targets that it would have changed.
 *
 * 1. It looks now and then, not only at the end: what people did and put back again was done. Where its history grows
 *    large by that (long plans), it looks at the end alone.
 * 2. What only tells people or looks closer is left out: nobody does that by hand as a runbook does. So is what was so
 *    already when it was planned.
 * 3. It stays a day at most, asks nobody, and a cancel or a stop ends it like any other run.
 */
import { condition, isCancellation, workflowInfo } from '@temporalio/workflow';
import { isAtLeast, type PlannedChange } from '../activities/kit/index.ts';
import { COMPARED, decisive, type ComparedChange, type Look } from './agreement.ts';
import { ordinary } from './calls.ts';
import { run } from './current-run.ts';
import { failureMessage } from './failure-message.ts';
import { now } from './journal.ts';

/** A plan that a run which only tries would have asked for, and when. */
export interface WouldDo {
  readonly ordinal: number;
  readonly askedAt: string;
  readonly changes: readonly PlannedChange[];
}

const LONGEST_MS = 24 * 60 * 60 * 1000;
const FIRST_PAUSE_MS = 30_000;
/** A tenth of what Temporal allows. */
const LARGE_HISTORY = 5 * 1024 * 1024;

export const isInShadow = (): boolean => run.start?.shadow === true;

/**
 * Waits until the alert resolves, and writes down of each change what was done instead. Throws a cancellation when the
 * run is cancelled meanwhile; a stop ends it early.
 */
export async function lookWhatIsDone(): Promise<void> {
  const plans = run.wouldDo.filter(({ changes }) => changes.some(counts));
  if (plans.length === 0) return;
  const entry = run.journal.begin(
    { kind: 'wait', name: 'the alert', text: 'Waits until the alert resolves, and looks what is done' },
    'waiting',
  );
  let seen = new Map<string, ComparedChange>();
  try {
    const began = Date.now();
    for (;;) {
      const left = began + LONGEST_MS - Date.now();
      // A twentieth of the time gone by: some hundred looks in a day.
      const large = workflowInfo().historySize > LARGE_HISTORY;
      const pause = large ? left : Math.max(FIRST_PAUSE_MS, (Date.now() - began) / 20);
      const over = await condition(
        () => run.alertResolved || run.stopped !== undefined,
        Math.min(left, pause),
      );
      if (run.stopped) break;
      seen = await lookAtAll(plans, seen);
      if (over || Date.now() - began >= LONGEST_MS) break;
    }
    const why = run.stopped ? 'stopped' : run.alertResolved ? 'the alert resolved' : 'a day is over';
    entry.end('ok', { facts: { until: why } });
  } catch (error) {
    entry.end(isCancellation(error) ? 'skipped' : 'failed');
    throw error;
  } finally {
    for (const change of seen.values()) sayCompared(change);
  }
}

const counts = ({ risk, diff }: PlannedChange): boolean => isAtLeast(risk, 'reversible') && diff.length > 0;

async function lookAtAll(
  plans: readonly WouldDo[],
  before: ReadonlyMap<string, ComparedChange>,
): Promise<Map<string, ComparedChange>> {
  const seen = new Map<string, ComparedChange>();
  for (const { ordinal, askedAt, changes } of plans) {
    const places = changes.map((_, index) => `${ordinal}/${index}`);
    const looks = places.every((place, i) => !counts(changes[i]!) || before.get(place)?.agreement === 'same')
      ? undefined
      : await look({ ordinal, askedAt, changes });
    for (const [index, change] of changes.entries()) {
      if (!counts(change)) continue;
      const { step, target, summary, risk } = change;
      const earlier = before.get(places[index]!);
      const later = looks && {
        ...looks[index]!,
        ...{ plan: ordinal, index, step, target, summary, risk, askedAt, seenAt: now() },
      };
      seen.set(places[index]!, later ? decisive(earlier, later) : earlier!);
    }
  }
  return seen;
}

/** Where nobody can look, the agreement is unknown: the run goes on. */
async function look(plan: WouldDo): Promise<readonly Look[]> {
  try {
    return await ordinary.lookWhatIsDone(plan);
  } catch (error) {
    if (isCancellation(error)) throw error;
    const reason = `nobody could look: ${failureMessage(error)}`;
    return plan.changes.map(() => ({ agreement: 'unknown' as const, reason, writes: [] }));
  }
}

const SAID = {
  same: 'The same was done',
  other: 'Something else was done',
  nothing: 'Nothing was done',
  unknown: 'Nobody can tell whether it was done',
} as const;

function sayCompared(change: ComparedChange): void {
  const { agreement, summary, reason } = change;
  run.journal.say(
    { kind: 'note', name: COMPARED, text: `${SAID[agreement]}: ${summary} (${reason})`, facts: change },
    agreement === 'unknown' ? 'unknown' : 'ok',
  );
}
