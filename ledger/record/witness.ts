/**
 * Whoever outside the database remembers the checkpoints, so that a log which was rewritten or cut shows. A witness
 * takes a checkpoint only when it follows from the last one it holds.
 */
export interface Witness {
  /** How many entries the last checkpoint that it holds covers; 0 when it holds none. */
  size(): Promise<number>;
  /**
   * Keeps the note for good before it answers; the same note again is no harm. `consistency` proves that the log of
   * `from` entries, the witness's `size()`, is the beginning of this one. Throws `WitnessRefused`.
   */
  add(checkpoint: {
    readonly note: string;
    readonly from: number;
    readonly consistency: readonly Buffer[];
  }): Promise<void>;
}

/** The witness does not take the checkpoint: an alarm, not a fault to retry. */
export class WitnessRefused extends Error {
  override readonly name = 'WitnessRefused';
}
