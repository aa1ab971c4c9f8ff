/**
 * A gateway in this process, workers as processes that a test can kill, on a real ledger and a Temporal namespace of the
 * test's own. Each worker brings the catalogue of its version.
 */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client, Connection } from '@temporalio/client';
import { pino } from 'pino';
import { parseConfig } from '../../config/index.ts';
import { startProcess, type RunningProcess } from '../../embedded/processes.ts';
import { createApiClient, type ApiClient } from '../../gateway/api-client.ts';
import type { QuestionView } from '../../gateway/api/questions.ts';
import { createGateway } from '../../gateway/create-gateway.ts';
import { createTemporalClient } from '../../gateway/temporal-client.ts';
import type { Ledger } from '../../ledger/api.ts';
import { createLedger } from '../../ledger/create-ledger.ts';
import { loadOrCreateKeyPair } from '../../ledger/keys.ts';
import type { RunbookDefinition } from '../../workflows/define-runbook.ts';
import { createDatabase } from '../setup/database.ts';
import { createNamespace } from '../setup/namespace.ts';
import { until } from '../setup/until.ts';

export interface VersionHouse {
  readonly api: ApiClient;
  /** What the command line needs to find the gateway. */
  readonly env: { readonly NIGHTSHIFT_URL: string; readonly NIGHTSHIFT_TOKEN: string };
  readonly ledger: Ledger;
  readonly namespace: string;
  readonly configFile: string;
  /** Starts a worker of this version; answers when it is ready. */
  worker(version: 'a' | 'b', args?: readonly string[]): Promise<VersionedWorker>;
  /** The open question with this title, once there is one. */
  question(workflowId: string, title: string): Promise<QuestionView>;
  answer(question: QuestionView, answer: string): Promise<void>;
  /** What the run returned, once it has ended. */
  result(workflowId: string): Promise<unknown>;
  /** The bundle that the workflow is on, and whether it stays there. */
  pinning(workflowId: string): Promise<{ bundle: string | undefined; behavior: string }>;
  close(): Promise<void>;
}

export interface VersionedWorker {
  /** The id of the bundle that it was started with. */
  readonly bundle: string;
  kill(signal: NodeJS.Signals): Promise<void>;
}

const DEPLOYMENT = 'versions';
/** Proto enum `temporal.api.enums.v1.VersioningBehavior`. */
const BEHAVIORS = ['none', 'pinned', 'auto-upgrade'];

export async function createVersionHouse(runbooks: readonly RunbookDefinition[]): Promise<VersionHouse> {
  const folder = await mkdtemp(join(tmpdir(), 'nightshift-versions-'));
  const database = await createDatabase();
  const address = process.env['TEST_TEMPORAL_ADDRESS']!;
  const namespace = await createNamespace(address);
  const input = {
    deployment: DEPLOYMENT,
    development: true,
    stateDir: folder,
    temporal: { address, namespace },
    database: { url: { literal: database.url } },
    gateway: { port: 0 },
    people: { ana: { name: 'Ana', roles: ['oncall'] } },
  };
  const configFile = join(folder, 'nightshift.config.json');
  await writeFile(configFile, JSON.stringify(input));
  const config = parseConfig(input, { baseDir: folder });
  const ledger = await createLedger({ databaseUrl: database.url, deployment: DEPLOYMENT });
  const temporal = createTemporalClient({ address, namespace, deployment: DEPLOYMENT, identity: 'test' });
  const connection = await Connection.connect({ address });
  const client = new Client({ connection, namespace });
  const gateway = await createGateway({
    config,
    ledger,
    temporal,
    runbooks,
    key: await loadOrCreateKeyPair(join(config.keysDir, 'gateway.pem')),
    log: pino({ level: 'silent' }),
  });
  const url = await gateway.listen();
  const { secret } = await ledger.createToken({
    person: 'ana',
    scopes: ['read', 'run', 'decide', 'admin'],
    by: 'test',
    expiresAt: new Date(Date.now() + 3_600_000).toISOString(),
  });
  const api = createApiClient({ url, token: secret });
  const workers: RunningProcess[] = [];

  return {
    ...{ api, ledger, namespace, configFile },
    env: { NIGHTSHIFT_URL: url, NIGHTSHIFT_TOKEN: secret },
    async worker(version, args = []) {
      const logFile = join(folder, `worker-${workers.length}.log`);
      const running = await startProcess({
        name: `worker ${version}`,
        command: process.execPath,
        args: [
          '--no-warnings',
          fileURLToPath(new URL(`./fixtures/worker-${version}.ts`, import.meta.url)),
          ...['--config', configFile, ...args],
        ],
        logFile,
        env: process.env,
      });
      workers.push(running);
      const ready = await until(
        async () => {
          const log = await readFile(logFile, 'utf8');
          if (running.exit()) throw new Error(`worker ${version} ended:\n${log}`);
          return log.split('\n').find((line) => line.startsWith('{"ready":true'));
        },
        () => readFile(logFile, 'utf8'),
      );
      return {
        bundle: (JSON.parse(ready) as { bundle: string }).bundle,
        async kill(signal) {
          process.kill(running.pid, signal);
          await running.exited;
        },
      };
    },
    question: (workflowId, title) =>
      until(
        async () => {
          const { questions } = await api.questions({ status: 'open' });
          return questions.find((q) => q.workflowId === workflowId && q.question.title === title);
        },
        async () => `no question "${title}": ${JSON.stringify(await api.run(workflowId), undefined, 1)}`,
      ),
    async answer({ workflowId, question, questionHash }, answer) {
      await api.decide(workflowId, question.id, { answer, reason: '', questionHash, planHash: '' });
    },
    result: (workflowId) =>
      until(
        async () => {
          const { run } = await api.run(workflowId);
          return run.status === 'ended' && [run.outcome, run.result];
        },
        async () => JSON.stringify(await api.run(workflowId), undefined, 1),
      ),
    async pinning(workflowId) {
      const { raw } = await client.workflow.getHandle(workflowId).describe();
      const info = raw.workflowExecutionInfo?.versioningInfo;
      return {
        bundle: info?.deploymentVersion?.buildId ?? undefined,
        behavior: BEHAVIORS[info?.behavior ?? 0] ?? 'none',
      };
    },
    async close() {
      for (const running of workers) await running.stop({ signal: 'SIGKILL', deadlineMs: 1_000 });
      await gateway.close();
      await temporal.close();
      await connection.close();
      await ledger.close();
      await database.drop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
