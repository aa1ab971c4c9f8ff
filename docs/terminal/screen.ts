/** What a terminal shows after a program has written to it: the lines, with their styles, nothing of the redrawing. */

export interface Cell {
  readonly text: string;
  /** Space-separated words: `bold`, `dim`, `inverse`, `underline`, and a colour's name. */
  readonly style: string;
}
export type Line = readonly Cell[];

const COLOURS = ['black', 'red', 'green', 'yellow', 'blue', 'magenta', 'cyan', 'white'];
const ATTRIBUTES: Readonly<Record<number, string>> = { 1: 'bold', 2: 'dim', 4: 'underline', 7: 'inverse' };
const SWITCHED_OFF: Readonly<Record<number, readonly string[]>> = {
  22: ['bold', 'dim'],
  24: ['underline'],
  27: ['inverse'],
  39: COLOURS,
};
// An escape sequence (CSI with parameters and final letter, an OSC, or another two-character one), or one character.
const TOKEN = /\x1b\[([?\d;]*)([A-Za-z])|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b.|[^]/gu;

/** Interprets what programs that redraw lines write: cursor movement, erasing, colours. Wraps at `columns`. */
export function screenOf(written: string, columns: number): Line[] {
  const lines: Cell[][] = [[]];
  let row = 0;
  let column = 0;
  let styles = new Set<string>();

  const line = (): Cell[] => (lines[row] ??= []);
  const move = (to: { row?: number; column?: number }): void => {
    row = Math.max(0, to.row ?? row);
    column = Math.max(0, to.column ?? column);
    while (lines.length <= row) lines.push([]);
  };
  const write = (text: string): void => {
    if (column >= columns) move({ row: row + 1, column: 0 });
    const cells = line();
    while (cells.length < column) cells.push({ text: ' ', style: '' });
    cells[column] = { text, style: [...styles].join(' ') };
    column += 1;
  };
  const style = (codes: readonly number[]): void => {
    for (const code of codes) {
      if (code === 0) styles = new Set();
      const attribute = ATTRIBUTES[code];
      if (attribute) styles.add(attribute);
      const colour = COLOURS[code >= 90 ? code - 90 : code - 30];
      if (code >= 30 && colour) {
        COLOURS.forEach((other) => styles.delete(other));
        styles.add(colour);
      }
      SWITCHED_OFF[code]?.forEach((off) => styles.delete(off));
    }
  };
  const erase: Record<string, (mode: number) => void> = {
    J: (mode) => {
      if (mode === 0) {
        line().length = Math.min(line().length, column);
        lines.length = row + 1;
      }
    },
    K: (mode) => {
      if (mode === 2) line().length = 0;
      else if (mode === 0) line().length = Math.min(line().length, column);
    },
  };
  const control = (letter: string, parameters: string): void => {
    const numbers = parameters.split(';').map(Number);
    const count = Math.max(1, numbers[0] ?? 1);
    if (letter === 'm') style(numbers);
    else if (letter === 'A') move({ row: row - count });
    else if (letter === 'B') move({ row: row + count });
    else if (letter === 'C') move({ column: column + count });
    else if (letter === 'D') move({ column: column - count });
    else if (letter === 'E') move({ row: row + count, column: 0 });
    else if (letter === 'F') move({ row: row - count, column: 0 });
    else if (letter === 'G') move({ column: count - 1 });
    else erase[letter]?.(numbers[0] ?? 0);
  };

  for (const [token, parameters, letter] of written.matchAll(TOKEN)) {
    if (letter !== undefined) control(letter, parameters ?? '');
    else if (token === '\n') move({ row: row + 1, column: 0 });
    else if (token === '\r') move({ column: 0 });
    else if (token >= ' ' && token !== '\x7f') write(token);
  }
  return lines;
}

export const plain = (line: Line): string =>
  line
    .map(({ text }) => text)
    .join('')
    .trimEnd();
