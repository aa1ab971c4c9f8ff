import Table from 'cli-table3';
import { cleanLine } from './clean.ts';
import { columns, fit, padEnd } from './layout.ts';
import type { Screen } from './screen.ts';

const NO_LINES = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: '  ',
};

export interface Column<T> {
  readonly head: string;
  readonly of: (row: T) => string;
  readonly paint?: (row: T, text: string) => string;
  /** May be cut off at the right when the screen is too narrow; ids never are. */
  readonly cuts?: boolean;
}

/** A table without lines; where it does not fit, one block a row. Cells come from elsewhere and are cleaned here. */
export function renderTable<T>(rows: readonly T[], table: readonly Column<T>[], screen: Screen): string[] {
  const cells = rows.map((row) => table.map((column) => cleanLine(column.of(row))));
  const widths = table.map(({ head }, i) =>
    Math.max(columns(head), ...cells.map((row) => columns(row[i] ?? ''))),
  );
  const gaps = 2 * (table.length - 1);
  const firm = table.reduce((sum, { cuts }, i) => sum + (cuts ? 12 : (widths[i] ?? 0)), gaps);
  if (firm > screen.width) return blocks(rows, cells, table, screen);
  let spare = screen.width - firm;
  const given = table.map(({ cuts }, i) => {
    const wanted = widths[i] ?? 0;
    if (!cuts) return wanted;
    const width = Math.min(wanted, 12 + spare);
    spare -= Math.max(0, width - 12);
    return width;
  });
  const drawn = new Table({
    head: table.map(({ head }) => screen.paint.dim(head)),
    chars: NO_LINES,
    colWidths: given,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
  });
  drawn.push(
    ...rows.map((row, r) =>
      table.map(({ paint }, c) => {
        const text = fit(cells[r]?.[c] ?? '', given[c] ?? 0);
        return paint ? paint(row, text) : text;
      }),
    ),
  );
  return drawn
    .toString()
    .split('\n')
    .map((line) => line.trimEnd());
}

function blocks<T>(
  rows: readonly T[],
  cells: readonly string[][],
  table: readonly Column<T>[],
  { paint }: Screen,
): string[] {
  const head = Math.max(...table.map((column) => columns(column.head)));
  return rows.flatMap((row, r) => [
    ...(r === 0 ? [] : ['']),
    ...table.map((column, c) => {
      const text = cells[r]?.[c] ?? '';
      return `${paint.dim(padEnd(column.head, head))} ${column.paint ? column.paint(row, text) : text}`;
    }),
  ]);
}
