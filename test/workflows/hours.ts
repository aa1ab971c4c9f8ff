/** The engine of a test in which hours and days pass in moments: for Temporal, for the ledger, and for who answers. */
import { afterAll, beforeAll } from '@jest/globals';
import type { Connection } from '@temporalio/client';
import { join } from 'node:path';
import { milliseconds, type Duration } from '../../activities/kit/index.ts';
import { startTimeSkippingServer } from '../../embedded/time-skipping-server.ts';
import { createLedgerDatabase } from '../../testing/time/ledger-database.ts';
import { connectToTestServer, skippedTime, type SkippedTime } from '../../testing/time/skipped-time.ts';
import { startEngine, type Engine, type EngineOptions } from './harness.ts';

/** Call it at the top of a file; `engine` is there once its tests begin. */
export function engineInHours(options: Omit<EngineOptions, 'skipping'>): {
  readonly engine: Engine;
  /** Lets this much time pass, for all of them. Meanwhile nothing but the runs acts. */
  readonly passes: (time: Duration) => Promise<void>;
} {
  const engine = {} as Engine;
  let time: SkippedTime;
  const ends: (() => Promise<void>)[] = [];
  beforeAll(async () => {
    // One for each file: a server that several files share stalls.
    const folder = join(process.env['TEST_FOLDER']!, `hours-${process.pid}`);
    const server = await startTimeSkippingServer({ folder });
    ends.push(() => server.stop());
    const connection: Connection = await connectToTestServer(server.address);
    ends.push(() => connection.close());
    const database = await createLedgerDatabase(process.env['TEST_DATABASE_URL']!, 'test');
    time = skippedTime(connection, (byMs) => database.setAhead(byMs));
    const skipping = {
      address: server.address,
      namespace: 'default',
      database,
      now: () => time.now(),
    };
    Object.assign(engine, await startEngine({ ...options, skipping }));
    ends.push(() => engine.stop());
  });
  afterAll(async () => {
    for (const end of ends.reverse()) await end();
  });
  return {
    engine,
    passes: async (duration) => {
      await time.pass(milliseconds(duration));
      await time.agree();
    },
  };
}
