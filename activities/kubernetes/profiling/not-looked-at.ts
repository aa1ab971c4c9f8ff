import { printable } from '../client/failure.ts';
import type { Ended } from '../probing/container-state.ts';

/** Exit codes with which `timeout` or a runtime says that the program itself is missing. */
const NOT_STARTED = new Set([125, 126, 127]);

/** Why a profiler (`py-spy`, `strace`) said nothing of the program; undefined where it ran and its words count. */
export function notLookedAt(
  ended: Ended,
  { tool, image, pod }: { readonly tool: string; readonly image: string; readonly pod: string },
): string | undefined {
  if (ended.state === 'late') return `how ${tool} ended in ${pod} is not known: ${printable(ended.why, 300)}`;
  if (ended.state === 'impossible')
    return `${tool} could not be run in a debug container of ${pod}: ${printable(ended.why, 300)}`;
  if (!NOT_STARTED.has(ended.exitCode)) return undefined;
  return `the debug image ${image} has no ${tool}: set cluster.debugImage to one that has it (${printable(ended.output, 200)})`;
}
