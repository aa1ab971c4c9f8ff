import type { KeyObject } from 'node:crypto';
import { notesIn, openCheckpoint, type Checkpoint } from './checkpoint.ts';
import { Wrong } from './verification.ts';

/** Checkpoints as a witness handed them over: its whole file, or one of them. Signatures are checked when one is opened. */
export interface Witnessed {
  /** How many entries each of them covers, ascending. */
  readonly sizes: readonly number[];
  readonly largest: number;
  open(size: number): Checkpoint;
}

export function readWitnessed(text: string, publicKey: KeyObject): Witnessed {
  const notes = new Map(notesIn(text).map((note) => [Number(note.split('\n')[1]), note]));
  const sizes = [...notes.keys()].sort((a, b) => a - b);
  const largest = sizes.at(-1);
  if (largest === undefined) throw new Wrong('there is no checkpoint in what the witness handed over');
  return {
    sizes,
    largest,
    open: (size) => {
      try {
        return openCheckpoint(notes.get(size)!, publicKey);
      } catch (error) {
        throw new Wrong(`the witnessed checkpoint of ${size} entries: ${(error as Error).message}`);
      }
    },
  };
}
