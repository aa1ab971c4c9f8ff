/** Lines of text in a given width. Styles (ANSI) in the text take no room. */
import { stripVTControlCharacters } from 'node:util';

const WIDE =
  /\p{Emoji_Presentation}|\p{Script=Han}|\p{Script=Hiragana}|\p{Script=Katakana}|\p{Script=Hangul}|[\u3000-\u303f\uff01-\uff60\uffe0-\uffe6]/u;
const NO_ROOM = /\p{Mn}|\p{Me}|\p{Cf}/u;

/** Terminal columns that a text takes. */
export function columns(text: string): number {
  let count = 0;
  for (const character of stripVTControlCharacters(text)) {
    if (!NO_ROOM.test(character)) count += WIDE.test(character) ? 2 : 1;
  }
  return count;
}

export interface WrapOptions {
  readonly width: number;
  /** Before the first line. */
  readonly first?: string;
  /** Before each further line; as many blanks as `first` is wide when left out. */
  readonly rest?: string;
}

/**
 * Breaks at blanks. A word longer than a line stays whole (an id or an address must be copied in one piece): the
 * terminal wraps it.
 */
export function wrap(
  text: string,
  { width, first = '', rest = ' '.repeat(columns(first)) }: WrapOptions,
): string[] {
  const lines: string[] = [];
  for (const paragraph of text.split('\n')) {
    let start = lines.length === 0 ? first : rest;
    let line = '';
    let taken = columns(start);
    // Leading blanks are indentation and stay.
    for (const word of paragraph.split(/(?<=\S) +/)) {
      const length = columns(word);
      if (line !== '' && taken + 1 + length > width) {
        lines.push(start + line);
        start = rest;
        line = word;
        taken = columns(start) + length;
      } else {
        taken += (line === '' ? 0 : 1) + length;
        line += line === '' ? word : ` ${word}`;
      }
    }
    lines.push((start + line).trimEnd());
  }
  return lines;
}

/** Cuts a text to the width, with an ellipsis when something was cut. Plain text only. */
export function fit(text: string, width: number): string {
  if (columns(text) <= width) return text;
  let kept = '';
  let room = width - 1;
  for (const character of text) {
    room -= columns(character);
    if (room < 0) break;
    kept += character;
  }
  return `${kept.trimEnd()}…`;
}

export const padEnd = (text: string, width: number): string =>
  text + ' '.repeat(Math.max(0, width - columns(text)));

/** `left` and `right` at the two ends of one line, or on two lines where they do not fit. */
export function ends(left: string, right: string, width: number): string[] {
  if (right === '') return wrap(left, { width });
  const gap = width - columns(left) - columns(right);
  return gap >= 2 ? [left + ' '.repeat(gap) + right] : [...wrap(left, { width }), right];
}
