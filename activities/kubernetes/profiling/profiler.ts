/** What the profilers in debug containers share: whose processes they see, with which rights, and for how long. */
import type { ApplyContext, PlanContext } from '../../kit/index.ts';
import type { KubernetesClient } from '../clients.ts';
import type { PodRef } from '../contract/identity.ts';
import { createDebugRunner, type DebugEnd, type DebugTask } from '../debugging/run-debug.ts';
import { containerOf } from '../pods/container-of.ts';
import { livePod } from '../pods/live-pod.ts';

/** Bytes of a profiler's output that are read. */
export const MOST_OUTPUT = 2 * 1024 * 1024;

/** Another process can be read and traced only by root with this capability, whoever the pod's own containers run as. */
const MAY_TRACE = { runAsUser: 0, runAsNonRoot: false, capabilities: { add: ['SYS_PTRACE'] } };

interface Profiling extends Pick<DebugTask, 'argv' | 'timeoutSeconds' | 'warnings'> {
  readonly pod: PodRef;
  readonly container?: string | undefined;
}

interface Expected {
  readonly uid: string;
  readonly container: string;
  readonly targetId: string | null;
}

export function createProfiler(client: KubernetesClient) {
  const runner = createDebugRunner(client);
  return {
    async plan(profiling: Profiling, context: PlanContext) {
      const container = containerOf(await livePod(client.api, profiling.pod, context), profiling.container);
      const plan = await runner.plan(taskOf(profiling, container), context);
      return { ...plan, preconditions: { ...plan.preconditions, container } };
    },

    run: (profiling: Profiling, expected: Expected, context: ApplyContext) =>
      runner.run(taskOf(profiling, expected.container), expected, context),

    probe: <O>(
      profiling: Profiling,
      of: { readonly expected: Expected; readonly outcome: (end: DebugEnd) => Promise<O> },
      context: ApplyContext,
    ) => runner.probe(taskOf(profiling, of.expected.container), of, context),
  };
}

const taskOf = ({ pod, argv, timeoutSeconds, warnings }: Profiling, target: string): DebugTask => ({
  ...{ pod, target, argv, timeoutSeconds, warnings },
  securityContext: MAY_TRACE,
  shown: { runs: argv, as: 'root, with SYS_PTRACE' },
  logBytes: MOST_OUTPUT,
});
