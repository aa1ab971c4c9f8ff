/** What the ledger's rows say of one place in one plan. */
import type { IntentKey, IntentRow, ResultRow } from '../../ledger/api.ts';
import type { ApplyAnswer } from '../../workflows/engine-activities.ts';

type Failed = Extract<ApplyAnswer, { state: 'failed' }>;
type Done = Extract<ApplyAnswer, { state: 'done' }>;
const DONE: readonly ResultRow['outcome'][] = ['applied', 'already-satisfied', 'not-needed', 'by-hand'];

export const isDone = (result: ResultRow): boolean => DONE.includes(result.outcome);

export const doneAs = (result: Pick<ResultRow, 'outcome' | 'output'>): Done => ({
  state: 'done',
  outcome: result.outcome as Done['outcome'],
  output: result.output ?? null,
});

/** A failure as it was recorded: its attempt's `output` keeps what the message does not say. */
export function failedAs({ message = 'it failed', output }: ResultRow): Failed {
  const { kind = 'refused', next } = (output ?? {}) as Partial<Pick<Failed, 'kind' | 'next'>>;
  return { state: 'failed', kind, message, next };
}

/** The newest attempt at this place. */
export function latestOf(
  intents: readonly IntentRow[],
  { plan, position }: IntentKey,
): IntentRow | undefined {
  return intents
    .filter(
      (i) => i.plan === plan && i.position.kind === position.kind && i.position.index === position.index,
    )
    .reduce<IntentRow | undefined>((a, b) => (a && a.attempt > b.attempt ? a : b), undefined);
}
