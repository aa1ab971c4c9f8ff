import { z } from 'zod';
import type { AnyContract } from '../../activities/kit/index.ts';

/** A value as JSON Schema (draft 7), from both ends: defaults and transforms make the two differ. */
export interface Shape {
  /** What may be handed in. */
  readonly accepts: unknown;
  /** What comes out of parsing. */
  readonly is: unknown;
}

/** The shapes that a step and a run exchange. Kept with each bundle: its runs are pinned, the steps that they call are not. */
export interface ContractSchema {
  readonly effect: 'read' | 'change';
  readonly version: number;
  readonly input: Shape;
  readonly output: Shape;
  /** Of a change: made by the step when it plans, kept by the run, handed back when it is carried out. */
  readonly preconditions?: Shape;
}

export type ContractSchemas = Readonly<Record<string, ContractSchema>>;

export function contractSchemas(contracts: readonly AnyContract[]): ContractSchemas {
  return Object.fromEntries(
    contracts.map((contract) => [
      contract.name,
      {
        effect: contract.effect,
        version: contract.version ?? 1,
        input: shapeOf(contract.input),
        output: shapeOf(contract.output),
        ...(contract.effect === 'change' && { preconditions: shapeOf(contract.preconditions) }),
      },
    ]),
  );
}

function shapeOf(schema: z.ZodType): Shape {
  const as = (io: 'input' | 'output') =>
    z.toJSONSchema(schema, { io, unrepresentable: 'any', target: 'draft-7' });
  return { accepts: as('input'), is: as('output') };
}
