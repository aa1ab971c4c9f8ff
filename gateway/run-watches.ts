/** Runs that somebody looks at: one poller a run, shared by all who watch it. */
import { RunWatch, type RunWatchDeps } from './run-watch.ts';
import type { RunEvent } from './api/runs.ts';

export class RunWatches {
  readonly #deps: RunWatchDeps;
  readonly #watches = new Map<string, { watch: RunWatch; watchers: number }>();
  readonly #closing = new AbortController();

  constructor(deps: RunWatchDeps) {
    this.#deps = deps;
  }

  /**
   * The run now, then whenever it changed, then its end. A slow reader misses intermediate states, never the last one.
   * Ends when `signal` aborts or the gateway closes.
   */
  async *subscribe(s: {
    workflowId: string;
    signal: AbortSignal;
    heartbeatMs: number;
  }): AsyncGenerator<RunEvent | 'heartbeat', void> {
    const { workflowId, heartbeatMs } = s;
    const signal = AbortSignal.any([s.signal, this.#closing.signal]);
    const shared = this.#watches.get(workflowId) ?? {
      watch: new RunWatch(this.#deps, workflowId),
      watchers: 0,
    };
    this.#watches.set(workflowId, shared);
    shared.watchers += 1;
    try {
      let seen = 0;
      while (!signal.aborted) {
        const { watch } = shared;
        if (watch.version === seen) {
          if ((await watch.changed(signal, heartbeatMs)) === 'nothing' && !signal.aborted) yield 'heartbeat';
          continue;
        }
        seen = watch.version;
        const event = watch.latest;
        if (event === undefined) continue;
        yield event;
        if (event.kind === 'end') return;
      }
    } finally {
      shared.watchers -= 1;
      if (shared.watchers === 0) {
        this.#watches.delete(workflowId);
        shared.watch.stop();
      }
    }
  }

  close(): void {
    this.#closing.abort();
  }
}
