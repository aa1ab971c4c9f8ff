import type { JournalEntry } from '../../workflows/messages.ts';
import { compact } from '../../activities/kit/change-in-words.ts';
import { cleanLine } from './clean.ts';
import { wrap } from './layout.ts';
import type { Screen } from './screen.ts';

const MOST = 6;
const LONGEST = 300;

/** What a finding rests on, a few lines of it below the finding; the record has all of it. */
export function renderEvidence(
  { kind, facts }: JournalEntry,
  indent: string,
  { width, paint }: Screen,
): string[] {
  if (kind !== 'finding' || facts?.['evidence'] === undefined) return [];
  const pieces = piecesOf(facts['evidence']);
  const lines = pieces.slice(0, MOST).flatMap((piece) => {
    const text = cleanLine(piece);
    return wrap(text.length > LONGEST ? `${text.slice(0, LONGEST - 1)}…` : text, {
      width,
      first: `${indent}· `,
    });
  });
  const more = pieces.length - MOST;
  return [...lines, ...(more > 0 ? [`${indent}… ${more} more in the record`] : [])].map((line) =>
    paint.dim(line),
  );
}

/** One line for each thing of a list and each field of an object. */
function piecesOf(evidence: unknown): string[] {
  if (Array.isArray(evidence)) return evidence.flatMap(piecesOf);
  if (typeof evidence !== 'object' || evidence === null) return [inWords(evidence)];
  return Object.entries(evidence).map(([name, value]) => `${name}: ${inWords(value)}`);
}

const inWords = (value: unknown): string =>
  typeof value === 'string' ? value : Array.isArray(value) ? value.map(inWords).join(', ') : compact(value);
