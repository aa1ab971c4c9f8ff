/** What the profilers in debug containers share: whose processes they see, with which rights, and for how long. */
import type { ApplyContext, PlanContext } from '../../kit/index.ts';
import type { KubernetesClient } from '../clients.ts';
import type { PodRef } from '../contract/identity.ts';
import { createDebugRunner, type DebugTask } from '../debugging/run-debug.ts';
import { containerOf } from '../pods/container-of.ts';
import { livePod } from '../pods/live-pod.ts';
import type { Ended } from '../probing/container-state.ts';

/** Bytes of a profiler's output that are read. */
export const MOST_OUTPUT = 2 * 1024 * 1024;

/** A profiler's output in whole lines: of one that was cut, the last is dropped. */
export function wholeLines(output: string): { readonly text: string; readonly truncated?: string } {
  if (Buffer.byteLength(output) <= MOST_OUTPUT) return { text: output };
  const text = output.slice(0, output.lastIndexOf('\n') + 1);
  return { text, truncated: `cut after ${MOST_OUTPUT} bytes` };
}

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

/** What one profiler is: what it runs for an input, and what it makes of how that ended. */
interface Profiler<I, O> {
  readonly profiling: (input: I) => Profiling;
  readonly outcome: (input: I, ended: Ended, context: ApplyContext) => Promise<O>;
}

/** Plan, apply and probe of a change that profiles. */
export function createProfiler<I, O>(client: KubernetesClient, { profiling, outcome }: Profiler<I, O>) {
  const runner = createDebugRunner(client);
  return {
    async plan(input: I, context: PlanContext) {
      const asked = profiling(input);
      const container = containerOf(await livePod(client.api, asked.pod, context), asked.container);
      const plan = await runner.plan(taskOf(asked, container), context);
      return { ...plan, preconditions: { ...plan.preconditions, container } };
    },

    async apply(input: I, expected: Expected, context: ApplyContext) {
      const { ended } = await runner.run(taskOf(profiling(input), expected.container), expected, context);
      return { outcome: 'applied' as const, output: await outcome(input, ended, context) };
    },

    probe: (input: I, expected: Expected, context: ApplyContext) =>
      runner.probe(
        taskOf(profiling(input), expected.container),
        { expected, outcome: ({ ended }) => outcome(input, ended, context) },
        context,
      ),
  };
}

const taskOf = ({ pod, argv, timeoutSeconds, warnings }: Profiling, target: string): DebugTask => ({
  ...{ pod, target, argv, timeoutSeconds, warnings },
  securityContext: MAY_TRACE,
  shown: { runs: argv, as: 'root, with SYS_PTRACE' },
  logBytes: MOST_OUTPUT,
});
