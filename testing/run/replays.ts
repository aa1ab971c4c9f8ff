/** Replays runs from their histories, one after the other, in one worker that stays up. */
import { Worker, type ReplayResult, type ReplayWorkerOptions } from '@temporalio/worker';
import { PassThrough } from 'node:stream';
import type { History } from './history-size.ts';

export class Replays {
  readonly #options: ReplayWorkerOptions;
  readonly #histories = new PassThrough({ objectMode: true });
  #results: AsyncIterator<ReplayResult> | undefined;

  constructor(options: ReplayWorkerOptions) {
    this.#options = options;
  }

  /** Why the run decides differently when it is replayed; undefined: it does not. One call at a time. */
  async differenceOf(run: {
    readonly workflowId: string;
    readonly history: History;
  }): Promise<Error | undefined> {
    this.#results ??= Worker.runReplayHistories(this.#options, this.#histories);
    this.#histories.write(run);
    const { value } = (await this.#results.next()) as IteratorYieldResult<ReplayResult>;
    return value.error;
  }

  async close(): Promise<void> {
    this.#histories.end();
    await this.#results?.next();
  }
}
