/** Steps called as the worker calls them: by contract, with a deadline. */
import type { z } from 'zod';
import type {
  ApplyContext,
  Change,
  ChangeImplementation,
  ImplementedStep,
  PlanContext,
  Read,
} from '../../../activities/kit/index.ts';

interface Limits {
  readonly signal?: AbortSignal;
  readonly withinMs?: number;
  readonly heartbeat?: (details?: string) => void;
}

export const callContext = ({ signal, withinMs = 60_000, heartbeat = () => {} }: Limits = {}) => ({
  signal: signal ?? new AbortController().signal,
  heartbeat,
  deadline: new Date(Date.now() + withinMs),
});

export const planContext = (operation: string): PlanContext => ({
  ...callContext(),
  operation,
  run: 'test/run/',
  earlier: [],
});

export const applyContext = (
  operation: string,
  { attempt = 1, withinMs = 60_000 }: { attempt?: number; withinMs?: number } = {},
): ApplyContext => ({
  ...callContext({ withinMs }),
  operation,
  attempt,
  keep: async () => undefined,
  reason: 'Raise the limit: 20 → 64 MB',
});

/** The worker's side of steps, found by their contracts and typed by them. */
export function implemented(steps: readonly ImplementedStep[]) {
  const find = ({ name }: { name: string }) => {
    const step = steps.find(({ contract }) => contract.name === name);
    if (!step) throw new Error(`${name} is not implemented`);
    return step;
  };
  return {
    async read<I extends z.ZodType, O extends z.ZodType>(
      { contract }: Read<I, O>,
      input: z.input<I>,
      limits: Limits = {},
    ): Promise<z.output<O>> {
      const step = find(contract);
      if (!('run' in step)) throw new Error(`${contract.name} is no read`);
      return contract.output.parse(await step.run(contract.input.parse(input), callContext(limits)));
    },
    change<I extends z.ZodType, O extends z.ZodType, P extends z.ZodType, S extends z.ZodType>({
      contract,
    }: Change<I, O, P, S>) {
      const step = find(contract);
      if (!('implementation' in step)) throw new Error(`${contract.name} is no change`);
      return step.implementation as unknown as ChangeImplementation<
        z.output<I>,
        z.input<O>,
        z.output<P>,
        z.output<S>
      >;
    },
  };
}
