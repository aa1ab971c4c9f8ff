/**
 * Follows one run by the long poll of its history: whenever it has grown, the run is asked for its state. While the run
 * has not started, or nobody answers for it, it is asked again after a pause.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Ledger } from '../ledger/api.ts';
import type { RunDetail, RunEvent } from './api/runs.ts';
import type { Log } from './log.ts';
import type { TemporalClient } from './temporal-client.ts';
import { runDetail } from './views.ts';

export interface RunWatchDeps {
  readonly ledger: Ledger;
  readonly temporal: TemporalClient;
  readonly log: Log;
}

const NOT_STARTED_MS = 250;
const SILENT_MS = 2_000;
const TROUBLE_MS = 1_000;
/** Who watches is told the end once, so the run's last word is worth waiting for. */
const LAST_WORD_MS = 10_000;

export class RunWatch {
  readonly #deps: RunWatchDeps;
  readonly #workflowId: string;
  readonly #stopped = new AbortController();
  #next = Promise.withResolvers<void>();
  #last = '';
  #retry: NodeJS.Timeout | undefined;
  /** Counts up with every change. */
  version = 0;
  latest: RunEvent | undefined;

  constructor(deps: RunWatchDeps, workflowId: string) {
    this.#deps = deps;
    this.#workflowId = workflowId;
    void this.#follow();
  }

  /** Waits for the next version, `waitMs` at most. */
  async changed(signal: AbortSignal, waitMs: number): Promise<'changed' | 'nothing'> {
    const over = new AbortController();
    const waited = sleep(waitMs, 'nothing' as const, { signal: AbortSignal.any([signal, over.signal]) });
    const changed = this.#next.promise.then(() => 'changed' as const);
    return Promise.race([changed, waited.catch(() => 'nothing' as const)]).finally(() => over.abort());
  }

  stop(): void {
    this.#stopped.abort();
    clearTimeout(this.#retry);
  }

  async #follow(): Promise<void> {
    const { signal } = this.#stopped;
    while (!signal.aborted) {
      try {
        const detail = await this.#look();
        if (detail === undefined) return;
        if (detail.run.status === 'received') {
          await sleep(NOT_STARTED_MS, undefined, { signal });
          continue;
        }
        for await (const _ of this.#deps.temporal.changes(this.#workflowId, signal)) await this.#look();
        const end = await this.#detail(LAST_WORD_MS);
        if (end) this.#publish({ kind: 'end', detail: end });
        return;
      } catch (error) {
        if (signal.aborted) return;
        this.#deps.log.debug(
          { err: error, workflowId: this.#workflowId },
          'a watched run could not be followed',
        );
        await this.#look().catch(() => undefined);
        await sleep(TROUBLE_MS, undefined, { signal }).catch(() => undefined);
      }
    }
  }

  async #look(): Promise<RunDetail | undefined> {
    clearTimeout(this.#retry);
    const detail = await this.#detail();
    if (detail === undefined || this.#stopped.signal.aborted) return detail;
    this.#publish({ kind: 'state', detail });
    if (detail.state === undefined && detail.run.status === 'started') {
      // A worker that comes back leaves nothing in the history by that alone.
      this.#retry = setTimeout(() => void this.#look().catch(() => undefined), SILENT_MS);
    }
    return detail;
  }

  async #detail(waitMs?: number): Promise<RunDetail | undefined> {
    const run = await this.#deps.ledger.run(this.#workflowId);
    return run && runDetail(this.#deps, run, waitMs);
  }

  #publish(event: RunEvent): void {
    const text = JSON.stringify(event);
    if (text === this.#last || this.latest?.kind === 'end') return;
    this.#last = text;
    this.latest = event;
    this.version += 1;
    this.#next.resolve();
    this.#next = Promise.withResolvers<void>();
  }
}
