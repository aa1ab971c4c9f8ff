/** A verified SSH connection to a host, through the hosts that it is reached by. */
import type { Client } from 'ssh2';
import { setTimeout as sleep } from 'node:timers/promises';
import type { StepFailure } from '../../kit/index.ts';
import { dialHop, Dropped, type Reached } from './dial.ts';
import { routeTo, type SshConfig } from './route.ts';

export interface Connection {
  readonly client: Client;
  /** Fingerprint of the host's key. */
  readonly hostKey: string;
  /** Each hop as it was reached and verified; the last is the host. */
  readonly way: readonly Reached[];
}

/**
 * sshd drops connections at random while many are logging in (MaxStartups). Nothing was sent, so it is tried again,
 * each caller after a time of its own.
 */
const TRIES = 6;
const FIRST_PAUSE_MS = 200;

/** Dials a host. Whatever fails here, no command was sent: every failure is `retryable`, `refused` or `invalid`. */
export async function dial(config: SshConfig, host: string): Promise<Connection> {
  const route = await routeTo(config, host);
  for (let attempt = 1; ; attempt++) {
    try {
      return await along(route);
    } catch (error) {
      if (!(error instanceof Dropped)) throw error;
      if (attempt === TRIES) throw error.failure;
      await sleep(Math.random() * FIRST_PAUSE_MS * 2 ** attempt);
    }
  }
}

async function along(route: Awaited<ReturnType<typeof routeTo>>): Promise<Connection> {
  const way: Reached[] = [];
  let through: Client | undefined;
  try {
    for (const hop of route) {
      const reached: Awaited<ReturnType<typeof dialHop>> = await dialHop(hop, through);
      // A hop lives as long as what goes through it, and no longer.
      const outer = through;
      if (outer) reached.client.once('close', () => outer.end());
      through = reached.client;
      way.push(reached.reached);
    }
  } catch (error) {
    through?.end();
    throw error as StepFailure;
  }
  return { client: through!, hostKey: way.at(-1)!.verified.hostKey, way };
}
