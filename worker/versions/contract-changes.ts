/**
 * What a run that is pinned to an older bundle would notice of today's steps: it sends what its own contracts made of its
 * inputs, and reads answers as its own contracts say.
 */
import type { ContractSchema, ContractSchemas } from './contract-schemas.ts';
import { schemaDifferences, type Difference } from './schema-difference.ts';

export interface ContractChange {
  readonly step: string;
  /** One sentence, without the step's name. */
  readonly what: string;
}

/** `older`: the contracts that a bundle was kept with. Sorted by step. */
export function contractChanges(older: ContractSchemas, today: ContractSchemas): readonly ContractChange[] {
  return Object.keys(older)
    .sort()
    .flatMap((step) => changesOf(older[step]!, today[step]).map((what) => ({ step, what })));
}

function changesOf(older: ContractSchema, today: ContractSchema | undefined): readonly string[] {
  if (!today) return ['is gone'];
  if (older.effect !== today.effect) return [`was a ${older.effect} and is now a ${today.effect}`];
  const lost = { unknownFields: 'lost' } as const;
  return [
    ...said('input', schemaDifferences(older.input.is, today.input.accepts, lost)),
    ...(older.preconditions && today.preconditions
      ? said('preconditions', schemaDifferences(older.preconditions.is, today.preconditions.accepts, lost))
      : []),
    ...said('answer', schemaDifferences(today.output.is, older.output.is, { unknownFields: 'ignored' })),
  ];
}

const said = (part: string, found: readonly Difference[]): readonly string[] =>
  found.map(({ path, what }) => `${path ? `${part}: ${path}` : part} ${what}`);
