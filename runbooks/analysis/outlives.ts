import type { Verdict } from '../../activities/kit/index.ts';
import type { Pod } from '../../activities/kubernetes/contract.ts';

/** Longer than this nobody waits at night, however long the last life was. */
const LONGEST = 120;

/** Has every pod been ready for longer than the life that ended badly? A pod that crashed again says how. */
export function outlives(
  pods: readonly Pod[],
  { container, seconds, now = new Date() }: { container: string; seconds: number; now?: Date },
): Verdict {
  const needed = Math.min(LONGEST, seconds + 5);
  const present = pods.filter((p) => p.condition !== 'terminating' && p.condition !== 'finished');
  if (present.length === 0) return { verdict: 'unknown', reason: 'there is no pod to look at' };
  const ages = present.map((pod) => {
    const { startedAt } = pod.containers.find((c) => c.name === container) ?? {};
    return pod.ready && startedAt ? (now.getTime() - Date.parse(startedAt)) / 1_000 : 0;
  });
  const down = present.find((p) => !p.ready);
  if (down) return { verdict: 'fail', reason: `${down.name}: ${down.because}` };
  const youngest = Math.round(Math.min(...ages));
  return youngest >= needed
    ? { verdict: 'pass', reason: `all ${present.length} have been ready for ${youngest} s and more` }
    : { verdict: 'fail', reason: `the youngest has been up for ${youngest} s, ${needed} s are wanted` };
}
