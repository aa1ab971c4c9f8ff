/**
 * Runs are pinned to the bundle that they began with, so a worker hosts every bundle that an open run needs: its own,
 * and each that Temporal calls current, ramping or draining, read from the ledger, where whoever deployed it kept it.
 *
 * 1. A bundle is hosted by a Temporal worker of its own; activities are the same for all of them.
 * 2. What is needed is asked for again and again: a bundle made current elsewhere is taken on, a drained one let go.
 * 3. A bundle that cannot be hosted is said so and tried again; it never takes the others down with it.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { BundleStatus, WorkerDeployment } from '../../workflows/worker-deployment.ts';

/** A Temporal worker, as far as hosting needs it. */
export interface HostedWorker {
  run(): Promise<void>;
  shutdown(): void;
  getState(): string;
}

export interface HostBundlesOptions {
  /** The bundle of the catalogue that this process was started with. */
  readonly own: { readonly id: string; readonly code: string };
  /** A kept bundle's code. */
  readonly load: (id: string) => Promise<string | undefined>;
  readonly deployment: WorkerDeployment;
  readonly createWorker: (bundle: { readonly id: string; readonly code: string }) => Promise<HostedWorker>;
  /** Lets new runs take the own bundle. Where there is no current one, that happens in any case. */
  readonly makeCurrent: boolean;
  readonly warn: (message: string, error?: unknown) => void;
  /** How often to ask what is needed, 10 s when absent. */
  readonly everyMs?: number;
}

export interface HostedBundles {
  /** Ends when all workers have ended: after `stop`, or, as an error, when that of the own bundle failed. */
  readonly ended: Promise<void>;
  stop(): void;
}

const NEEDED: readonly BundleStatus[] = ['current', 'ramping', 'draining'];
/** A version exists for Temporal once a worker of it has polled, which takes a moment; much longer on a busy machine. */
const MAKE_CURRENT_MS = 60_000;

/** Answers once the own bundle is hosted, and current where it should be. */
export async function hostBundles(o: HostBundlesOptions): Promise<HostedBundles> {
  const { own, deployment, warn, everyMs = 10_000 } = o;
  const workers = new Map<string, { worker: HostedWorker; ended: Promise<void> }>();
  const missing = new Set<string>();
  const stopped = new AbortController();
  const { promise: failed, reject: fail } = Promise.withResolvers<never>();
  failed.catch(() => undefined);

  const host = async (bundle: { id: string; code: string }) => {
    const worker = await o.createWorker(bundle);
    const ended = worker.run().then(
      () => void workers.delete(bundle.id),
      (error: unknown) => {
        workers.delete(bundle.id);
        if (bundle.id === own.id) fail(error);
        else warn(`the worker of bundle ${bundle.id} ended; it is started again`, error);
      },
    );
    workers.set(bundle.id, { worker, ended });
    if (stopped.signal.aborted) end(worker);
  };

  const takeOn = async (id: string) => {
    try {
      const code = await o.load(id);
      if (code !== undefined) return await host({ id, code });
      if (!missing.has(id))
        warn(
          `the ledger has no bundle ${id}, and open runs are pinned to it: start a worker with its code, or move them: nightshift deploy retire ${id} --runs move`,
        );
      missing.add(id);
    } catch (error) {
      warn(`bundle ${id} cannot be hosted`, error);
    }
  };

  const refresh = async () => {
    const statuses = await deployment.bundles();
    const needs = (id: string) => id === own.id || NEEDED.includes(statuses.get(id)?.status ?? 'drained');
    for (const id of statuses.keys()) if (needs(id) && !workers.has(id)) await takeOn(id);
    for (const [id, { worker }] of workers) if (!needs(id)) end(worker);
    return statuses;
  };

  await host(own);
  const statuses = await refresh();
  if (o.makeCurrent || ![...statuses.values()].some(({ status }) => status === 'current'))
    await makeCurrent();

  async function makeCurrent(): Promise<void> {
    const until = Date.now() + MAKE_CURRENT_MS;
    for (;;) {
      try {
        return await deployment.makeCurrent(own.id);
      } catch (error) {
        if (Date.now() > until || !workers.has(own.id)) throw error;
        await sleep(100);
      }
    }
  }

  const looking = (async () => {
    while (!stopped.signal.aborted) {
      await sleep(everyMs, undefined, { signal: stopped.signal }).catch(() => undefined);
      if (stopped.signal.aborted) return;
      await refresh().catch((error: unknown) => warn('could not ask which bundles are needed', error));
    }
  })();

  const allEnded = async () => {
    await looking;
    await Promise.all([...workers.values()].map((w) => w.ended));
  };
  return {
    ended: Promise.race([allEnded(), failed]),
    stop: () => {
      stopped.abort();
      for (const { worker } of workers.values()) end(worker);
    },
  };
}

function end(worker: HostedWorker): void {
  if (worker.getState() === 'RUNNING') worker.shutdown();
}
