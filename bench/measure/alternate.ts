/** Measures contenders in turn, A B C B C A C A B ...: what slows the machine for a while slows all of them. */
export interface Contender<T> {
  readonly name: string;
  measure(): Promise<T>;
}

export interface Plan {
  /** Blocks that count; each gives one ratio. */
  readonly blocks: number;
  /** Turns of every contender in a block. */
  readonly turns: number;
  /** Turns of every contender that are thrown away first. */
  readonly warmUp: number;
  readonly onBlock: (block: number) => void;
}

/** What each contender measured, block by block: `result[name][block][turn]`. */
export async function alternate<T>(
  contenders: readonly Contender<T>[],
  { blocks, turns, warmUp, onBlock }: Plan,
): Promise<Record<string, T[][]>> {
  const measured: Record<string, T[][]> = Object.fromEntries(contenders.map((c) => [c.name, []]));
  for (let turn = 0; turn < warmUp; turn++) for (const c of contenders) await c.measure();
  for (let block = 0; block < blocks; block++) {
    for (const c of contenders) measured[c.name]!.push([]);
    for (let turn = 0; turn < turns; turn++) {
      // Who goes first changes, so that nobody always comes after the same neighbour's leftovers.
      const first = (block + turn) % contenders.length;
      for (const c of [...contenders.slice(first), ...contenders.slice(0, first)])
        measured[c.name]![block]!.push(await c.measure());
    }
    onBlock(block + 1);
  }
  return measured;
}
