/** `loadavg 3.31 3.12 2.58 2/776 1695` among a host's lines: the load over 1, 5 and 15 minutes. */
export function loadAverage(lines: readonly string[]): [number, number, number] | null {
  const found = lines.map((line) => /^loadavg ([\d.]+) ([\d.]+) ([\d.]+) /.exec(line)).find(Boolean);
  return found ? [Number(found[1]), Number(found[2]), Number(found[3])] : null;
}
