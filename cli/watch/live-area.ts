import type { Writable } from 'node:stream';

const BEGIN = '\u001b[?2026h';
const END = '\u001b[?2026l';
const CLEAR_BELOW = '\u001b[J';

export interface LiveArea {
  /** Prints lines that stay, above the area. */
  print(lines: readonly string[]): void;
  /** Replaces the area; written only when something in it changed. */
  show(lines: readonly string[]): void;
  /** Takes the area away, for a prompt or at the end. */
  clear(): void;
}

/**
 * A few lines at the bottom that are redrawn in place, below lines that scroll. Each redraw is one write inside a
 * synchronised update (which terminals that do not know it ignore), so that nothing flickers. Lines must fit the width.
 */
export function createLiveArea(out: Writable): LiveArea {
  let shown: readonly string[] = [];
  const wipe = () => (shown.length === 0 ? '' : `\u001b[${shown.length}F${CLEAR_BELOW}`);
  const write = (text: string) => {
    if (text !== '') out.write(BEGIN + text + END);
  };
  const text = (lines: readonly string[]) => lines.map((line) => `${line}\n`).join('');
  return {
    print(lines) {
      if (lines.length > 0) write(wipe() + text(lines) + text(shown));
    },
    show(lines) {
      if (lines.join('\n') === shown.join('\n')) return;
      write(wipe() + text(lines));
      shown = lines;
    },
    clear() {
      write(wipe());
      shown = [];
    },
  };
}

/** The same interface where nothing can be redrawn: what stays is printed, the rest is not. */
export const createPlainArea = (out: Writable): LiveArea => ({
  print(lines) {
    if (lines.length > 0) out.write(lines.map((line) => `${line}\n`).join(''));
  },
  show() {},
  clear() {},
});
