import type { ApplyContext, PlanContext } from '../../../activities/kit/index.ts';

/** What the engine hands to a step, with what a test wants to be different. */
export function call(different: Partial<PlanContext & ApplyContext> = {}): PlanContext & ApplyContext {
  return {
    signal: new AbortController().signal,
    deadline: new Date(Date.now() + 60_000),
    heartbeat: () => undefined,
    operation: 'test/run-1/0/change-0',
    run: 'test/run-1/',
    earlier: [],
    attempt: 1,
    reason: 'a test',
    keep: async () => undefined,
    ...different,
  };
}

export const inSeconds = (seconds: number) => new Date(Date.now() + seconds * 1_000);
