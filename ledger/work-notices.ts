import { setTimeout as wait } from 'node:timers/promises';
import pg from 'pg';
import type { WorkNotice } from './api.ts';

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 5_000;

/**
 * Hears of new work through LISTEN, on a connection of its own, and listens again whenever that breaks. Each (re)start
 * is a notice too: what came in between was not heard. Ends when `signal` aborts.
 */
export async function listenForWork(o: {
  connection: pg.ClientConfig;
  channel: string;
  onNotice: (notice: WorkNotice) => void;
  signal: AbortSignal;
}): Promise<void> {
  let pause = FIRST_PAUSE_MS;
  while (!o.signal.aborted) {
    const client = new pg.Client(o.connection);
    const connection = new AbortController();
    const broken = new Promise<void>((resolve) => {
      client.on('error', () => resolve());
      client.on('end', () => resolve());
      o.signal.addEventListener('abort', () => resolve(), { once: true, signal: connection.signal });
    });
    try {
      await client.connect();
      client.on('notification', ({ payload }) => o.onNotice(payload as WorkNotice));
      await client.query(`listen ${client.escapeIdentifier(o.channel)}`);
      pause = FIRST_PAUSE_MS;
      o.onNotice('listening');
      await broken;
    } catch {
      // The loop tries again.
    }
    connection.abort();
    await client.end().catch(() => undefined);
    await wait(pause, undefined, { signal: o.signal }).catch(() => undefined);
    pause = Math.min(2 * pause, LONGEST_PAUSE_MS);
  }
}
