import { setTimeout as sleep } from 'node:timers/promises';
import { FIELD_CONFLICT, hasStatus } from '../client/failure.ts';
import type { Limits } from '../client/http.ts';

const LONGEST_PAUSE = 500;

/**
 * Checks and writes until nobody wrote in between: `attempt` reads, checks the facts and writes with the version that
 * it read. A 409 means somebody else wrote first (a heartbeat, a restart count), so the facts are looked at again; one
 * about fields that others own does not go away. A
 * fact that no longer holds ends it; the call's deadline does too.
 */
export async function uncontended<T>(limits: Limits, attempt: () => Promise<T>): Promise<T> {
  for (let pause = 10; ; pause = Math.min(2 * pause, LONGEST_PAUSE)) {
    try {
      return await attempt();
    } catch (error) {
      if (!hasStatus(error, 409) || error.facts['cause'] === FIELD_CONFLICT || limits.signal.aborted)
        throw error;
    }
    await sleep(pause * (0.5 + Math.random()));
  }
}
