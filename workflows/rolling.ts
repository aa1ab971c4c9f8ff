import { sleep } from '@temporalio/workflow';
import {
  milliseconds,
  type Duration,
  type ProposedChange,
  type ProposedPutBack,
  type Verdict,
} from '../activities/kit/index.ts';
import { approve } from './approve.ts';
import { carryOut } from './carry-out.ts';
import { polled } from './check.ts';
import { run } from './current-run.ts';
import { PlanRejected } from './endings.ts';
import type { ApproveOptions, ChangeValue } from './plan.ts';
import { propose } from './propose.ts';
import { putBack } from './put-back.ts';
import { assume, hasAssumed } from './trying.ts';
import { wavesOf, type WaveSizes } from './waves.ts';

export interface RollingOptions<T> extends WaveSizes {
  /** What people call a target. */
  readonly name: (target: T) => string;
  readonly changes: (target: T) => readonly ProposedChange[];
  /** Carried out at the end of the target's wave, each when its check passes. */
  readonly putBack?: (target: T) => readonly ProposedPutBack[];
  /** Whether a target has come through: asked until it passes, for `within` at most. `unknown` does not pass. */
  readonly healthy: (target: T) => Promise<Verdict>;
  readonly within: Duration;
  /** Between two waves, to let a slow fault show. None when absent. */
  readonly pause?: Duration;
  /** So many targets may fail; one more, and no further wave begins. 0 when absent. */
  readonly mayFail?: number;
  /** Every wave is asked for by itself; the policy may grant. */
  readonly approve: ApproveOptions;
  /** The evidence, for every wave's question. */
  readonly because?: string;
}

export interface Rolled<T> {
  readonly done: readonly T[];
  /** Changed, and not healthy in time or not looked at. */
  readonly failed: readonly { readonly target: T; readonly why: string }[];
  /** Not begun. */
  readonly untouched: readonly T[];
  /** Why it stopped before the last target; absent when it did not. */
  readonly stopped?: string;
}

/**
 * Changes many targets in waves: a canary, then more at a time, never more than `maxUnavailable` at once. Each wave is
 * proposed, approved, carried out, looked at and put back before the next begins. It stops when too many targets have
 * failed or people say no to a wave; a no before anything was done is a PlanRejected.
 */
export async function rolling<T>(
  title: string,
  targets: readonly T[],
  options: RollingOptions<T>,
): Promise<Rolled<T>> {
  const { name, mayFail = 0, pause } = options;
  const waves = wavesOf(targets, options);
  refuseTwice(targets.map(name));
  const done: T[] = [];
  const failed: { target: T; why: string }[] = [];
  const so = (stopped?: string): Rolled<T> => {
    const begun = new Set([...done, ...failed.map((f) => f.target)].map(name));
    const untouched = targets.filter((target) => !begun.has(name(target)));
    if (stopped)
      run.journal.say({
        kind: 'note',
        name: 'rolling',
        text: `${title} stopped: ${stopped}. Done: ${listed(done, name)}. ${failed.length ? `Changed, not known to be healthy: ${failed.map((f) => name(f.target)).join(', ')}. ` : ''}Not begun: ${listed(untouched, name)}.`,
      });
    return { done, failed, untouched, ...(stopped !== undefined && { stopped }) };
  };
  for (const [index, wave] of waves.entries()) {
    const place = `wave ${index + 1} of ${waves.length}`;
    if (index > 0 && pause) await paused(pause, `${title}: pause before ${place}`);
    const changes = new Map(wave.map((target) => [target, options.changes(target)]));
    try {
      const verdicts = await oneWave(`${title}, ${place}: ${listed(wave, name)}`, wave, {
        ...options,
        changes: (target) => changes.get(target)!,
        because: `${options.because ?? ''}\n\n${place}. Done: ${listed(done, name)}. Still to come: ${listed(waves.slice(index + 1).flat(), name)}.`,
      });
      for (const [i, { verdict, reason }] of verdicts.entries())
        if (verdict === 'pass') done.push(wave[i]!);
        else failed.push({ target: wave[i]!, why: reason });
    } catch (error) {
      if (!(error instanceof PlanRejected)) throw error;
      // A conflict in the middle of a wave asks again: what was changed before that stays changed after a no.
      for (const target of wave.filter((t) => isChanged(changes.get(t)!)))
        failed.push({ target, why: 'changed, and not looked at since the rest of its wave was rejected' });
      if (done.length + failed.length === 0) throw error;
      return so(error.message);
    }
    if (failed.length > mayFail)
      return so(`not healthy: ${failed.map((f) => `${name(f.target)} (${f.why})`).join(', ')}`);
  }
  return so();
}

const isChanged = (changes: readonly ChangeValue[]): boolean =>
  run.carriedOut.some(({ plan, position }) => {
    const proposed = position.kind === 'change' ? plan.proposal.changes[position.index] : undefined;
    return proposed !== undefined && changes.includes(proposed);
  });

async function oneWave<T>(
  title: string,
  wave: readonly T[],
  { changes, putBack: putBacks, because, approve: asked, healthy, within, name }: RollingOptions<T>,
): Promise<readonly Verdict[]> {
  const plan = await propose(title, wave.flatMap(changes), {
    because: because ?? '',
    putBack: putBacks ? wave.flatMap(putBacks) : [],
  });
  const granted = await approve(plan, asked);
  await carryOut(granted);
  const verdicts = await Promise.all(
    wave.map((target) => polled(`${name(target)} is healthy`, () => healthy(target), within)),
  );
  if (putBacks) await putBack(granted);
  return verdicts;
}

async function paused(pause: Duration, text: string): Promise<void> {
  if (hasAssumed()) return assume(`${text} is over`);
  const entry = run.journal.begin({ kind: 'wait', name: 'rolling', text, facts: { for: pause } });
  try {
    await sleep(milliseconds(pause));
  } catch (error) {
    entry.end('skipped');
    throw error;
  }
  entry.end('ok');
}

const listed = <T>(targets: readonly T[], name: (target: T) => string): string =>
  targets.map(name).join(', ') || 'none';

function refuseTwice(names: readonly string[]): void {
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw new RangeError(`rolling: ${twice} is among the targets twice`);
}
