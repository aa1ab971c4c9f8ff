/**
 * One kind of work that the ledger keeps until it is done: taken oldest first, handed over with bounded concurrency,
 * tried again with growing pauses. An item that does not succeed never blocks the others. Several processes may run the
 * same lane: handing over is idempotent by the item's id.
 */
import { setTimeout as sleep } from 'node:timers/promises';

export interface LaneOptions<Item, Result> {
  readonly id: (item: Item) => string;
  /** The oldest pending items. */
  readonly take: (limit: number) => Promise<readonly Item[]>;
  /** What became of it, or `later`. An error means later as well, and is reported. */
  readonly deliver: (item: Item) => Promise<Result | 'later'>;
  readonly concurrency: number;
  /** Looks at the ledger at least so often, for what a lost notice or another process' crash left. */
  readonly sweepMs: number;
  readonly onError: (error: unknown, item: Item | undefined) => void;
  readonly onWaiting: (items: readonly Item[]) => void;
}

const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 10_000;

export class Lane<Item, Result> {
  readonly #options: LaneOptions<Item, Result>;
  readonly #underWay = new Map<string, Promise<Result | 'later'>>();
  readonly #resting = new Map<string, { tries: number; until: number }>();
  #wakeUp = new AbortController();
  #stopped = false;
  #running: Promise<void> | undefined;

  constructor(options: LaneOptions<Item, Result>) {
    this.#options = options;
  }

  start(): void {
    this.#running ??= this.#loop();
  }

  /** Looks at the ledger now. */
  wake(): void {
    this.#wakeUp.abort();
  }

  /** Delivers this item now, whatever its turn; joins a delivery that is under way. */
  async push(item: Item): Promise<Result | 'later'> {
    return this.#underWay.get(this.#options.id(item)) ?? this.#launch(item);
  }

  /** Takes nothing new and waits for what is under way, `graceMs` at most. The ledger keeps the rest. */
  async stop(graceMs: number): Promise<void> {
    this.#stopped = true;
    this.wake();
    await this.#running;
    const settled = Promise.allSettled(this.#underWay.values());
    await Promise.race([settled, sleep(graceMs, undefined, { ref: false })]);
  }

  async #loop(): Promise<void> {
    let pause = FIRST_PAUSE_MS;
    while (!this.#stopped) {
      this.#wakeUp = new AbortController();
      let wait = this.#options.sweepMs;
      try {
        await this.#pass();
        pause = FIRST_PAUSE_MS;
        const due = Math.min(...[...this.#resting.values()].map((r) => r.until - Date.now()));
        wait = Math.max(FIRST_PAUSE_MS, Math.min(wait, due));
      } catch (error) {
        this.#options.onError(error, undefined);
        wait = pause;
        pause = Math.min(2 * pause, LONGEST_PAUSE_MS);
        this.#wakeUp = new AbortController();
      }
      await sleep(wait, undefined, { signal: this.#wakeUp.signal, ref: false }).catch(() => undefined);
    }
  }

  async #pass(): Promise<void> {
    const { take, concurrency, id, onWaiting } = this.#options;
    const items = await take(this.#underWay.size + this.#resting.size + concurrency);
    const pending = new Set(items.map(id));
    for (const known of this.#resting.keys()) if (!pending.has(known)) this.#resting.delete(known);
    onWaiting(items);
    for (const item of items) {
      if (this.#underWay.size >= concurrency || this.#stopped) return;
      const rest = this.#resting.get(id(item));
      if (this.#underWay.has(id(item)) || (rest && rest.until > Date.now())) continue;
      void this.#launch(item);
    }
  }

  #launch(item: Item): Promise<Result | 'later'> {
    const { id, deliver, onError } = this.#options;
    const key = id(item);
    const delivery = deliver(item)
      .catch((error: unknown) => {
        onError(error, item);
        return 'later' as const;
      })
      .then((result) => {
        this.#underWay.delete(key);
        if (result === 'later') this.#rest(key);
        else this.#resting.delete(key);
        this.wake();
        return result;
      });
    this.#underWay.set(key, delivery);
    return delivery;
  }

  #rest(key: string): void {
    const tries = (this.#resting.get(key)?.tries ?? 0) + 1;
    const pause = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (tries - 1));
    // Jitter, so that several gateways do not knock at the same moment.
    this.#resting.set(key, { tries, until: Date.now() + pause * (0.75 + Math.random() / 2) });
  }
}
