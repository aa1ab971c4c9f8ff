/**
 * Temporal carries 2 MB in one message. What is more goes to the ledger in pieces, and is shown in part: nothing is left
 * out without being said, and the record has all of it.
 */
import { hashOf } from '../activities/kit/index.ts';
import { now } from './journal.ts';
import type { JournalEntry } from './messages.ts';

/** Bytes of JSON: of one piece of the story, and of what a query shows of it. */
const PIECE = 500_000;
const SHOWN = 900_000;
/** Of a result that is handed over whole, and the letters of one line that keeps a part of a larger one. */
const RESULT = 250_000;
const LINE = 12_000;

const bytesOf = (value: unknown): number => new TextEncoder().encode(JSON.stringify(value) ?? '').length;

/** In order, each small enough for one message. At least one. */
export function inPieces(entries: readonly JournalEntry[]): JournalEntry[][] {
  const pieces: JournalEntry[][] = [[]];
  let room = PIECE;
  for (const entry of entries) {
    const bytes = bytesOf(entry);
    if (bytes > room && pieces.at(-1)!.length) {
      pieces.push([]);
      room = PIECE;
    }
    pieces.at(-1)!.push(entry);
    room -= bytes;
  }
  return pieces;
}

/** The last ones that fit into one message, in their order. */
export function newest<T>(items: readonly T[]): T[] {
  let room = SHOWN;
  const first = items.findLastIndex((item) => (room -= bytesOf(item)) < 0);
  return items.slice(first + 1);
}

/** A runbook's result as it travels; one that is too large becomes lines of the story, and says so. */
export function bounded(
  result: unknown,
  seq: number,
): { readonly result: unknown; readonly lines: readonly JournalEntry[] } {
  const bytes = bytesOf(result);
  if (bytes <= RESULT) return { result, lines: [] };
  const text = JSON.stringify(result);
  const parts = Math.ceil(text.length / LINE);
  const lines = Array.from({ length: parts }, (_, part): JournalEntry => ({
    seq: seq + part,
    at: now(),
    kind: 'note',
    name: 'result',
    text: text.slice(part * LINE, (part + 1) * LINE).toWellFormed(),
    status: 'ok',
    facts: { part: part + 1, of: parts },
  }));
  const cut = `The result is ${bytes} bytes: all of it is in the record, as ${parts} lines named "result"`;
  return { result: { cut, sha256: hashOf(result), begins: text.slice(0, 2_000).toWellFormed() }, lines };
}
