/** Reads the table that `strace -c` ends with. */

export interface SyscallCount {
  readonly name: string;
  readonly calls: number;
  readonly errors: number;
  readonly seconds: number;
  /** Of the seconds of all, 0 to 1. */
  readonly share: number;
}

/** `  0.09    0.007416         148        50        40 connect`; the column of errors is empty where there was none. */
const ROW = /^\s*\d+[.,]\d+\s+(\d+[.,]\d+)\s+\d+\s+(\d+)(?:\s+(\d+))?\s+([a-z_][a-z0-9_]*)\s*$/;

/** The one that took longest first; empty where there is no table, which is so when no call ended. */
export function readSyscallTable(text: string): SyscallCount[] {
  const lines = text.split('\n');
  const from = lines.findIndex((line) => /^% time\s+seconds\s/.test(line));
  if (from === -1) return [];
  const rows = lines.slice(from + 1).flatMap((line) => {
    const [, seconds = '', calls, errors, name = ''] = ROW.exec(line) ?? [];
    if (calls === undefined || name === 'total') return [];
    const taken = Number(seconds.replace(',', '.'));
    return [{ name, calls: Number(calls), errors: Number(errors ?? 0), seconds: taken }];
  });
  const all = rows.reduce((sum, row) => sum + row.seconds, 0);
  return rows
    .sort((a, b) => b.seconds - a.seconds || b.calls - a.calls)
    .map((row) => ({ ...row, share: all > 0 ? Math.round((row.seconds / all) * 1_000) / 1_000 : 0 }));
}
