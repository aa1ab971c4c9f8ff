/**
 * Who waits, served in turns: one of each caller after the other, and each caller's own in the order of asking. So a run
 * that asks fifty things at once does not keep another waiting for its one.
 */
export class FairQueue<T> {
  /** In the order of whose turn is next; no caller without anybody waiting. */
  readonly #waiting = new Map<string, T[]>();
  #length = 0;

  get length(): number {
    return this.#length;
  }

  add(caller: string, entry: T): void {
    const own = this.#waiting.get(caller);
    if (own) own.push(entry);
    else this.#waiting.set(caller, [entry]);
    this.#length++;
  }

  /** Takes back one that was added; nothing happens when it was served meanwhile. */
  remove(caller: string, entry: T): void {
    const own = this.#waiting.get(caller);
    const at = own?.indexOf(entry) ?? -1;
    if (!own || at < 0) return;
    own.splice(at, 1);
    this.#length--;
    if (own.length === 0) this.#waiting.delete(caller);
  }

  take(): T | undefined {
    for (const [caller, own] of this.#waiting) {
      const entry = own.shift()!;
      this.#length--;
      // To the end of the line of callers, when more of it waits.
      this.#waiting.delete(caller);
      if (own.length > 0) this.#waiting.set(caller, own);
      return entry;
    }
    return undefined;
  }

  /** The next of them, at most this many. */
  takeMany(most: number): T[] {
    const taken: T[] = [];
    while (taken.length < most) {
      const entry = this.take();
      if (entry === undefined) break;
      taken.push(entry);
    }
    return taken;
  }
}
