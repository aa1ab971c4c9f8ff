import type { ImplementedChange, PlannedChange } from '../../activities/kit/index.ts';
import type { ApplyAnswer } from '../../workflows/engine-activities.ts';
import { inputOf } from './clusters.ts';

/** What a step is handed: parsed by its contract, as the code of the step relies on. */
export type Parsed =
  | { readonly ok: true; readonly input: unknown; readonly preconditions: unknown }
  | { readonly ok: false; readonly answer: ApplyAnswer };

/** Before anything is written: what this worker's step does not take leaves no intent. */
export function parsedFor({ contract }: ImplementedChange, acting: PlannedChange): Parsed {
  const input = contract.input.safeParse(inputOf(acting));
  const preconditions = contract.preconditions.safeParse(acting.preconditions);
  if (input.success && preconditions.success)
    return { ok: true, input: input.data, preconditions: preconditions.data };
  const wrong = [
    ...(input.error?.issues ?? []).map((i) => `input ${i.path.join('.')}: ${i.message}`),
    ...(preconditions.error?.issues ?? []).map((i) => `preconditions ${i.path.join('.')}: ${i.message}`),
  ];
  return {
    ok: false,
    answer: {
      state: 'failed',
      kind: 'invalid',
      message: `${contract.name} of this worker does not take what was planned: ${wrong.join('; ')}`,
      next: 'Start a worker of the version that planned it, or do it by hand',
    },
  };
}
