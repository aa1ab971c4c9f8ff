/** The check of a put-back, run here and now by the worker that is about to write. Anything but a pass refuses. */
import { milliseconds, Verdict, type Duration, type PlannedChange } from '../../activities/kit/index.ts';
import type { ApplyAnswer } from '../../workflows/engine-activities.ts';
import { inMs, withContext } from './call-context.ts';
import { isRead, type ActivityDependencies } from './dependencies.ts';
import { definiteFailure } from './failures.ts';

const CHECK_LIMIT_MS = 30_000;

type CheckedBefore =
  | { readonly ready: false; readonly why: Extract<ApplyAnswer, { state: 'failed' }> }
  /** `tooOld` says so once the check was asked longer ago than the put-back allows: a worker may have been asleep since. */
  | { readonly ready: true; readonly tooOld: () => string | undefined };

export async function checkBefore(
  deps: ActivityDependencies,
  { once }: PlannedChange,
): Promise<CheckedBefore> {
  if (!once) return { ready: true, tooOld: () => undefined };
  const check = deps.steps.filter(isRead).find((s) => s.contract.name === once.step);
  if (!check) throw new TypeError(`this worker has no read "${once.step}"`);
  const asked = Date.now();
  const not = (why: Extract<ApplyAnswer, { state: 'failed' }>): CheckedBefore => ({ ready: false, why });
  try {
    const verdict = Verdict.loose().parse(
      await withContext(inMs(CHECK_LIMIT_MS), (context) =>
        check.run(check.contract.input.parse(once.input), context),
      ),
    );
    if (verdict.verdict !== 'pass')
      return not({
        state: 'failed',
        kind: 'refused',
        message: `${once.step} has not passed: ${verdict.reason}`,
        next: 'It stays as it is until the check passes',
      });
  } catch (error) {
    const failed = definiteFailure(error);
    if (!failed) throw error;
    return not({ ...failed, kind: 'refused', message: `${once.step} could not be asked: ${failed.message}` });
  }
  const limit = milliseconds(once.maxAge as Duration);
  return {
    ready: true,
    tooOld: () => {
      const age = Date.now() - asked;
      if (age <= limit) return undefined;
      return `${once.step} passed, but it was asked ${Math.round(age / 1000)} s ago and may be ${once.maxAge} old at most`;
    },
  };
}
