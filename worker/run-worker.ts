/** The worker as a process: ready line, graceful drain, a clean end. */
import { DefaultLogger, NativeConnection, Runtime, type LogEntry } from '@temporalio/worker';
import { hostname } from 'node:os';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { createAlertSteps } from '../activities/alerts/steps.ts';
import { ConfigError, loadConfig, readSchedules } from '../config/index.ts';
import { createLedger } from '../ledger/create-ledger.ts';
import { WrongTemporal } from '../ledger/errors.ts';
import { createFileWitness } from '../ledger/record/file-witness.ts';
import { temporalIdentity } from '../workflows/temporal-identity.ts';
import { createChangeWorker, type WorkerRole } from './create-workers.ts';
import { hostRuns } from './host-runs.ts';
import { gatewayKeys, sealerKey } from './keys.ts';
import { withOwnSteps } from './own-steps.ts';
import { configuredSteps } from './steps.ts';
import { tidyUp } from './tidy-up.ts';
import { bundleInChild } from './versions/bundle-in-child.ts';

const SEAL_EVERY_MS = 5_000;
const TIDY_EVERY_MS = 5 * 60_000;
const NO_CLUSTER = 'none';

/**
 * Runs until SIGTERM or SIGINT: then it takes no new work, lets what is under way finish for up to 45 s, and ends. Prints
 * one line of JSON (`{"ready":true,...}`) on standard output when it is ready; logs go to standard error as JSON lines.
 * Sets the exit code 1 when it could not start or a worker failed.
 */
export async function runWorker(args: string[], entry?: URL): Promise<void> {
  const options = {
    config: { type: 'string' },
    role: { type: 'string', default: 'both' },
    'make-current': { type: 'boolean', default: false },
  } as const;
  const { values } = parseArgs({ args, options });
  Runtime.install({ logger: new DefaultLogger('WARN', log), shutdownSignals: [] });
  const opened: (() => Promise<void>)[] = [];
  try {
    const config = await loadConfig(values.config);
    const role = roleNamed(values.role);
    // The slowest part of a start: it goes on beside the others.
    const bundling =
      role === 'changes'
        ? undefined
        : bundleInChild({
            entry,
            catalogue: config.runbooks === undefined ? undefined : pathToFileURL(config.runbooks),
          });
    bundling?.catch(() => undefined);
    const sealer = await sealerKey(config.keysDir);
    const ledger = await createLedger({
      databaseUrl: config.database.url.reveal(),
      deployment: config.deployment,
      sealer: { name: `nightshift/${config.deployment}`, privateKeyPem: sealer.privateKeyPem },
      witness: createFileWitness({ file: config.witness.file, publicKeyPem: sealer.publicKeyPem }),
    });
    opened.push(() => ledger.close());
    const { steps: shipped, clusters, whoWrote, missingRights, close } = configuredSteps(config, role);
    opened.push(close);
    const steps = await withOwnSteps([...shipped, ...createAlertSteps(ledger)], {
      module: config.steps,
      role,
    });
    const connection = await NativeConnection.connect({
      address: config.temporal.address,
    });
    opened.push(() => connection.close());
    await ledger.mustBeHome(await temporalIdentity(connection.workflowService, config.temporal));
    const stopping = new AbortController();
    const workersOptions = {
      connection,
      namespace: config.temporal.namespace,
      role,
      deployment: config.deployment,
      ledger,
      steps,
      whoWrote,
      missingRights,
      cluster: clusters[0]?.name ?? NO_CLUSTER,
      clusters: clusters.map(({ name }) => name),
      gatewayKeys: await gatewayKeys(config.keysDir),
      people: config.people,
      schedules:
        config.onCall &&
        readSchedules({
          file: config.onCall.file,
          people: config.people,
          onProblem: (error) => say('error', 'the schedules are as they were before', error),
        }),
      policy: config.policy,
      unanswered: config.unanswered,
      businessHours: config.businessHours,
      authors: config.runbookAuthors,
      budgets: config.disruptionBudgets,
      stopping: stopping.signal,
      worker: `${hostname()}/${process.pid}`,
    };
    const sealing = setInterval(
      () => void ledger.seal().catch((error: unknown) => say('warn', 'could not seal', error)),
      SEAL_EVERY_MS,
    );
    opened.push(async () => clearInterval(sealing));
    if (role !== 'workflows') {
      const tidyNow = () => sayTidied(tidyUp({ ...workersOptions, clusters }));
      const tidying = setInterval(() => void tidyNow(), TIDY_EVERY_MS);
      opened.push(async () => clearInterval(tidying));
      void tidyNow();
    }
    const parts: { readonly ended: Promise<void>; stop(): void }[] = [];
    const drain = () => {
      stopping.abort();
      parts.forEach((part) => part.stop());
    };
    opened.push(async () => {
      drain();
      await Promise.allSettled(parts.map((part) => part.ended));
    });
    process.once('SIGTERM', drain);
    process.once('SIGINT', drain);
    if (role !== 'workflows') {
      const changes = await createChangeWorker(workersOptions);
      const stop = () => void (changes.getState() === 'RUNNING' && changes.shutdown());
      parts.push({ ended: changes.run(), stop });
    }
    let bundle: string | undefined;
    if (bundling) {
      const code = await bundling;
      const makeCurrent = values['make-current'];
      const warn = (message: string, error?: unknown) => say('warn', message, error);
      const hosted = await hostRuns({ ...workersOptions, code, makeCurrent, warn });
      parts.push(hosted);
      ({ bundle } = hosted);
    }
    const ready = { ready: true, role, bundle, steps: steps.length, pid: process.pid };
    process.stdout.write(`${JSON.stringify(ready)}\n`);
    await Promise.all(parts.map((part) => part.ended.finally(drain)));
  } catch (error) {
    process.exitCode = 1;
    if (error instanceof ConfigError || error instanceof WrongTemporal)
      process.stderr.write(`${error.message}\n`);
    else say('error', 'the worker ended', error);
  } finally {
    for (const close of opened.reverse())
      await close().catch((error: unknown) => say('warn', 'not closed cleanly', error));
  }
}

async function sayTidied(tidying: Promise<readonly string[]>): Promise<void> {
  try {
    const removed = await tidying;
    if (removed.length) say('warn', `removed probe pods that a crash had left: ${removed.join(', ')}`);
  } catch (error) {
    say('warn', 'could not look for probe pods that a crash left', error);
  }
}

function roleNamed(role: string): WorkerRole {
  if (role === 'both' || role === 'workflows' || role === 'changes') return role;
  throw new TypeError(`--role ${role}: write both, workflows or changes`);
}

function log({ level, message, meta }: LogEntry): void {
  say(level.toLowerCase(), message, meta?.['error']);
}

function say(level: string, message: string, error?: unknown): void {
  const cause = error instanceof Error ? { error: error.message } : {};
  process.stderr.write(
    `${JSON.stringify({ level, time: new Date().toISOString(), part: 'worker', message, ...cause })}\n`,
  );
}
