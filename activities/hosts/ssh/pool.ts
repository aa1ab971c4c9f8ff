/**
 * The connections to one host. Invariants:
 * 1. A connection carries at most `SESSIONS` commands, below sshd's default MaxSessions of 10.
 * 2. Who waits is served in turns: one command of each caller after the other (fair-queue.ts).
 * 3. A slot is given back when its channel has closed, not when its caller gave up: an abandoned command keeps its
 *    session on the server. A connection with such a command takes no more and ends with its last healthy one.
 */
import type { Client } from 'ssh2';
import { StepFailure } from '../../kit/index.ts';
import type { Connection } from './connection.ts';
import { FairQueue } from './fair-queue.ts';

const SESSIONS = 8;
const CONNECTIONS = 4;
const IDLE_MS = 60_000;

export interface Lease extends Connection {
  /** The command's channel has closed. */
  release(): void;
  /** The caller gave the command up and its channel is still open. */
  abandon(): void;
  /** The server opens no further session on this connection; false when it has opened none at all. */
  narrow(): boolean;
}

interface Line {
  readonly connection: Connection;
  busy: number;
  capacity: number;
  alive: boolean;
  idle?: NodeJS.Timeout;
}

interface Waiting {
  readonly serve: (lease: Lease) => void;
  readonly fail: (error: unknown) => void;
}

export class HostPool {
  readonly #dial: () => Promise<Connection>;
  readonly #lines = new Set<Line>();
  readonly #waiting = new FairQueue<Waiting>();
  #dialling = 0;
  #closed = false;

  constructor(dial: () => Promise<Connection>) {
    this.#dial = dial;
  }

  /** `caller`: whose turn it is; who names none shares one turn with the others. */
  acquire(signal: AbortSignal, caller = ''): Promise<Lease> {
    return new Promise((resolve, reject) => {
      const entry: Waiting = {
        serve: (lease) => {
          signal.removeEventListener('abort', giveUp);
          resolve(lease);
        },
        fail: (error) => {
          signal.removeEventListener('abort', giveUp);
          reject(error instanceof Error ? error : new Error(String(error)));
        },
      };
      const giveUp = () => {
        this.#waiting.remove(caller, entry);
        entry.fail(
          new StepFailure('retryable', 'the call ended while it waited for a connection; nothing was sent'),
        );
      };
      if (signal.aborted) return giveUp();
      signal.addEventListener('abort', giveUp, { once: true });
      this.#waiting.add(caller, entry);
      this.#serve();
    });
  }

  close(): void {
    this.#closed = true;
    for (const line of this.#lines) this.#drop(line);
    for (const entry of this.#waiting.takeMany(Infinity)) {
      entry.fail(new StepFailure('retryable', 'SSH was shut down; nothing was sent'));
    }
  }

  #serve(): void {
    while (this.#waiting.length > 0) {
      const line = [...this.#lines].find(({ busy, capacity }) => busy < capacity);
      if (!line) break;
      this.#waiting.take()!.serve(this.#lease(line));
    }
    const wanted = Math.ceil(this.#waiting.length / SESSIONS);
    while (this.#dialling < wanted && this.#lines.size + this.#dialling < CONNECTIONS) void this.#open();
  }

  async #open(): Promise<void> {
    this.#dialling++;
    try {
      const connection = await this.#dial();
      const line: Line = { connection, busy: 0, capacity: SESSIONS, alive: true };
      this.#lines.add(line);
      this.#watch(line, connection.client);
      if (this.#closed) this.#drop(line);
    } catch (error) {
      // Who dialled for many fails for as many as the connection would have carried; the rest dials again.
      if (this.#lines.size === 0) for (const entry of this.#waiting.takeMany(SESSIONS)) entry.fail(error);
    } finally {
      this.#dialling--;
    }
    this.#serve();
  }

  #watch(line: Line, client: Client): void {
    const gone = () => {
      line.alive = false;
      clearTimeout(line.idle);
      if (this.#lines.delete(line)) this.#serve();
    };
    // Commands in flight learn of it by their channels, which close without an exit code.
    client.once('end', gone);
    client.once('close', gone);
  }

  #lease(line: Line): Lease {
    clearTimeout(line.idle);
    line.busy++;
    let held = true;
    const giveBack = () => {
      if (!held) return;
      held = false;
      line.busy--;
      if (line.busy === 0) this.#rest(line);
      this.#serve();
    };
    return {
      ...line.connection,
      release: giveBack,
      abandon: () => {
        line.capacity = 0;
        this.#lines.delete(line);
        giveBack();
      },
      narrow: () => {
        line.capacity = line.busy - 1;
        giveBack();
        return line.capacity > 0;
      },
    };
  }

  #rest(line: Line): void {
    if (line.capacity === 0) this.#drop(line);
    else if (line.alive) line.idle = setTimeout(() => this.#drop(line), IDLE_MS).unref();
  }

  #drop(line: Line): void {
    clearTimeout(line.idle);
    this.#lines.delete(line);
    line.connection.client.end();
  }
}
