/**
 * The clock of a world. Temporal's test server lets it jump ahead while nobody works and nobody holds it; the ledger and
 * the worker are told before each piece of work how far ahead it is, so that all of them agree what is late.
 */
import { Connection, type ConnectionOptions } from '@temporalio/client';
import { InternalConnectionOptionsSymbol } from '@temporalio/client/lib/connection.js';

export interface SkippedTime {
  /** Milliseconds since 1970 by the world's clock, as of the last `agree`. */
  readonly now: () => number;
  /** Asks the server how late it is, and hands on how far that is ahead of the machine, when it has changed. */
  agree(): Promise<void>;
  /** Time does not jump until it is released as often as it was held. */
  hold(): Promise<void>;
  release(): Promise<void>;
  /** To be called by who holds it: lets it jump ahead by this, and answers when it is that late and held again. */
  pass(ms: number): Promise<void>;
  /** Whoever still waits for a moment gets an error: to be called before the connection is closed. */
  end(): void;
}

/**
 * What workers on the test server need: its clock stays held for ever, so that hours last hours, once a workflow task was
 * answered with an activity for the same worker.
 */
export const ON_TEST_SERVER = { maxEagerActivityReservationsPerWorkflowTask: 0 } as const;

/** Below this the clocks agree: asking takes time itself. */
const TOLERANCE_MS = 100;

/** A connection that can also ask Temporal's test server about its clock. */
export const connectToTestServer = (address: string): Promise<Connection> =>
  Connection.connect({
    address,
    // A history comes in one message, which gRPC would refuse above 4 MB.
    channelArgs: { 'grpc.max_receive_message_length': 64 * 1024 * 1024 },
    // As @temporalio/testing does, which brings a server of its own along.
    [InternalConnectionOptionsSymbol]: { supportsTestService: true },
  } as ConnectionOptions);

/** The server begins held: so does the time that is answered here. */
export function skippedTime(connection: Connection, isAhead: (byMs: number) => Promise<void>): SkippedTime {
  const server = connection.testService!;
  let aheadMs = 0;
  const over = new AbortController();
  return {
    now: () => Date.now() + aheadMs,
    agree: async () => {
      const { time } = await server.getCurrentTime({});
      const there = Number(time?.seconds ?? 0) * 1_000 + Math.floor((time?.nanos ?? 0) / 1e6);
      if (there - Date.now() < aheadMs + TOLERANCE_MS) return;
      aheadMs = there - Date.now();
      await isAhead(aheadMs);
    },
    hold: async () => void (await server.lockTimeSkipping({})),
    release: async () => void (await server.unlockTimeSkipping({})),
    pass: async (ms) => {
      const duration = { seconds: Math.floor(ms / 1_000) as never, nanos: (ms % 1_000) * 1e6 };
      await connection.withAbortSignal(over.signal, () => server.unlockTimeSkippingWithSleep({ duration }));
    },
    end: () => over.abort(),
  };
}
