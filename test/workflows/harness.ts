/** A real Temporal server, a real ledger and real workers in this process, with runbooks and a world of the test's own. */
import { Client, Connection, type WorkflowHandle } from '@temporalio/client';
import { DefaultLogger, NativeConnection, Runtime, type Worker } from '@temporalio/worker';
import { randomUUID } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mkdtemp, rm } from 'node:fs/promises';
import type { ImplementedStep } from '../../activities/kit/index.ts';
import type {
  DisruptionBudget,
  Authority,
  BusinessHours,
  People,
  Policy,
  RunbookAuthors,
} from '../../config/index.ts';
import { tellRun } from '../../gateway/tell-run.ts';
import { createTemporalClient } from '../../gateway/temporal-client.ts';
import type { Ledger, RunRow } from '../../ledger/api.ts';
import { createLedger } from '../../ledger/create-ledger.ts';
import { schemaName } from '../../ledger/database/schema-name.ts';
import { generateKeyPair, type KeyPair } from '../../ledger/keys.ts';
import { signStatement } from '../../ledger/signed-statement.ts';
import { ON_TEST_SERVER } from '../../testing/time/skipped-time.ts';
import type { ActivityDependencies } from '../../worker/activities/dependencies.ts';
import { createWorkers } from '../../worker/create-workers.ts';
import {
  MESSAGES,
  questionHash,
  WORKFLOW_TASK_QUEUE,
  type DecisionOutcome,
  type DecisionStatement,
  type Question,
  type RunState,
  type Signed,
  type Trigger,
} from '../../workflows/messages.ts';
import { createDatabase, inDatabase } from '../setup/database.ts';
import { createNamespace } from '../setup/namespace.ts';
import { until } from '../setup/until.ts';
import type { Unanswered } from '../../workflows/engine-activities.ts';
import { bundleOnce } from './bundle.ts';

const DEPLOYMENT = 'test';
let runtimeInstalled = false;

export interface EngineOptions {
  readonly entry: URL;
  readonly steps: readonly ImplementedStep[];
  readonly people?: People;
  readonly schedules?: Authority['schedules'];
  readonly businessHours?: BusinessHours;
  readonly policy?: Policy;
  readonly unanswered?: Unanswered;
  readonly authors?: RunbookAuthors;
  readonly budgets?: readonly DisruptionBudget[];
  readonly missingRights?: ActivityDependencies['missingRights'];
  /** The default first; one called test-cluster when left out. */
  readonly clusters?: readonly string[];
  /** A Temporal server and a ledger whose clocks skip hours; the shared ones, which tell the machine's time, when absent. */
  readonly skipping?: {
    readonly address: string;
    readonly namespace: string;
    readonly database: { readonly url: string; drop(): Promise<void> };
    readonly now: () => number;
  };
}

export type Say = {
  answer: string;
  person?: string;
  reason?: string;
  change?: Partial<DecisionStatement>;
  key?: ReturnType<typeof generateKeyPair>;
};

export interface Engine {
  readonly ledger: Ledger;
  /** Of the ledger's database. */
  readonly databaseUrl: string;
  readonly client: Client;
  readonly namespace: string;
  start(
    runbook: string,
    input?: unknown,
    trigger?: Partial<Trigger>,
    options?: { dryRun?: boolean },
  ): Promise<Run>;
  /** Starts what was asked for in the ledger and waits there, as a gateway does. */
  startReceived(): Promise<Run[]>;
  /** Signs and keeps that one person stands in for another for an hour; by a stranger's key where `key` says so. */
  delegate(d: { role: string; from: string; to: string; key?: KeyPair }): Promise<string>;
  /** Hands over what the ledger has for its runs, as a gateway does. */
  deliver(): Promise<void>;
  /** The workers die and new ones take their place. */
  restartWorkers(): Promise<void>;
  stopWorkers(): Promise<void>;
  /** One process with both roles, or for each of these roles one that has only that. */
  startWorkers(roles?: readonly ('both' | 'workflows' | 'changes')[]): Promise<void>;
  /** For the ledger the time of every attempt that has no result is over: nobody waits to look what became of it. */
  letDeadlinesPass(): Promise<void>;
  stop(): Promise<void>;
}

export interface Run {
  readonly workflowId: string;
  readonly handle: WorkflowHandle;
  state(): Promise<RunState>;
  /** The first question that fits and is open to the run, once there is one. */
  question(which?: (q: Question) => boolean): Promise<Question>;
  sign(question: Question, say: Say): Signed;
  decide(question: Question, say: Say): Promise<DecisionOutcome>;
  /** How the run ended: its outcome and result, also when it failed. */
  end(): Promise<{ outcome: string; result: unknown }>;
}

const PEOPLE: People = {
  ana: { name: 'Ana', roles: ['oncall'] },
  bo: { name: 'Bo', roles: ['oncall'] },
  cy: { name: 'Cy', roles: ['platform'] },
};

export async function startEngine(options: EngineOptions): Promise<Engine> {
  const { entry, steps, people = PEOPLE, schedules, businessHours, policy, authors, skipping } = options;
  if (!runtimeInstalled) Runtime.install({ logger: new DefaultLogger('ERROR') });
  runtimeInstalled = true;
  const address = skipping?.address ?? process.env['TEST_TEMPORAL_ADDRESS']!;
  const gateway = generateKeyPair();
  const directory = await mkdtemp(join(tmpdir(), 'nightshift-engine-'));
  const database = skipping?.database ?? (await createDatabase());
  const now = skipping?.now ?? Date.now;
  const ledger = await createLedger({
    databaseUrl: database.url,
    deployment: DEPLOYMENT,
    sealer: { name: 'test', privateKeyPem: generateKeyPair().privateKeyPem },
  });
  const clientConnection = await Connection.connect({ address });
  const namespace = skipping?.namespace ?? (await createNamespace(address));
  const client = new Client({ connection: clientConnection, namespace });
  const temporal = createTemporalClient({
    ...{ address, namespace },
    deployment: DEPLOYMENT,
    identity: 'test gateway',
  });
  const connection = await NativeConnection.connect({ address });
  const workflowBundle = await bundleOnce(entry);
  let workers: readonly Worker[] = [];
  let running: Promise<unknown> = Promise.resolve();
  const engine: Engine = {
    ledger,
    databaseUrl: database.url,
    client,
    namespace,
    async start(runbook, input = {}, trigger = {}, { dryRun = false } = {}) {
      const full: Trigger = {
        kind: 'person',
        source: 'test',
        authenticated: true,
        person: 'ana',
        ...trigger,
      };
      const row = await ledger.requestRun({
        runbook,
        title: runbook,
        input,
        correlationKey: randomUUID(),
        trigger: full,
        dryRun,
        requestId: randomUUID(),
      });
      return launch(row);
    },
    async startReceived() {
      return Promise.all((await ledger.runsToStart(10)).map(launch));
    },
    async delegate({ key = gateway, ...d }) {
      const said = {
        ...{ ...d, id: `delegation-${randomUUID()}`, reason: 'test' },
        since: new Date(now() - 1_000).toISOString(),
        until: new Date(now() + 3_600_000).toISOString(),
      };
      const domain = 'nightshift/delegation/v1';
      const statement = { ...said, domain, deployment: DEPLOYMENT, authenticatedBy: 'test' };
      await ledger.delegate({ ...said, signed: signStatement(statement, key) });
      return said.id;
    },
    async deliver() {
      for (const signal of await ledger.signalsToDeliver(100)) {
        await tellRun(temporal, signal);
        await ledger.signalDelivered(signal.id);
      }
    },
    async startWorkers(roles = ['both']) {
      const withRole = (role: (typeof roles)[number]) =>
        createWorkers({
          connection,
          namespace,
          workflowBundle,
          role,
          deployment: DEPLOYMENT,
          ledger,
          steps,
          cluster: options.clusters?.[0] ?? 'test-cluster',
          clusters: options.clusters,
          gatewayKeys: new Map([[gateway.keyId, gateway.publicKey]]),
          people,
          schedules,
          businessHours,
          policy,
          unanswered: options.unanswered,
          authors,
          budgets: options.budgets,
          missingRights: options.missingRights,
          worker: 'test-worker',
          shutdownGraceTime: '1s',
          ...(skipping && { inTest: ON_TEST_SERVER }),
        });
      workers = (await Promise.all(roles.map(withRole))).flat();
      running = Promise.all(workers.map((w) => w.run()));
    },
    async letDeadlinesPass() {
      const overdue = `update attempts set deadline = clock_timestamp() - interval '1 minute' where outcome is null`;
      await inDatabase(database.url, (db) =>
        db.query(`set search_path = ${schemaName(DEPLOYMENT)}; ${overdue}`),
      );
    },
    async stopWorkers() {
      for (const worker of workers) worker.shutdown();
      await running;
      workers = [];
    },
    async restartWorkers() {
      await engine.stopWorkers();
      await engine.startWorkers();
    },
    async stop() {
      await engine.stopWorkers();
      await connection.close();
      await temporal.close();
      await clientConnection.close();
      await ledger.close();
      await database.drop();
      await rm(directory, { recursive: true, force: true });
    },
  };

  async function launch({ workflowId, runbook, input, trigger, dryRun, shadow }: RunRow): Promise<Run> {
    const start = signStatement(
      {
        domain: 'nightshift/start/v1',
        deployment: DEPLOYMENT,
        workflowId,
        runbook,
        input,
        trigger,
        dryRun,
        ...(shadow && { shadow }),
        issuedAt: new Date().toISOString(),
      } as { domain: string },
      gateway,
    );
    const handle = await client.workflow.start(runbook, {
      workflowId,
      taskQueue: WORKFLOW_TASK_QUEUE,
      args: [start],
    });
    await ledger.runStarted(workflowId);
    return runOf(handle);
  }

  function runOf(handle: WorkflowHandle): Run {
    const { workflowId } = handle;
    const sign = (
      question: Question,
      { answer, person = 'ana', reason = '', change = {}, key = gateway }: Say,
    ): Signed => {
      const issuedAt = new Date(now());
      const statement: DecisionStatement = {
        domain: 'nightshift/decision/v1',
        deployment: DEPLOYMENT,
        workflowId,
        questionId: question.id,
        questionHash: questionHash(workflowId, question),
        planHash: question.plan?.hash ?? '',
        answer,
        reason,
        person,
        authenticatedBy: 'test',
        issuedAt: issuedAt.toISOString(),
        expiresAt: new Date(issuedAt.getTime() + 600_000).toISOString(),
        nonce: randomUUID(),
        ...change,
      };
      return signStatement(statement, key);
    };
    const state = () => handle.query<RunState>(MESSAGES.state);
    // The ledger closes a question while the run goes on: for a moment what was answered is still open there.
    const answered = new Set<string>();
    const asking = ({ id, openedAt }: Question) => `${id} of ${openedAt}`;
    return {
      workflowId,
      handle,
      state,
      sign,
      question: (which = () => true) =>
        until(
          async () =>
            (await engine.ledger.questions({ status: 'open', workflowId, limit: 10 }))
              .map((q) => q.question)
              .find((q) => !answered.has(asking(q)) && which(q)),
          async () => `no open question: ${await situation(handle)}`,
        ),
      async decide(question, say) {
        const outcome = await handle.executeUpdate<DecisionOutcome, [unknown]>(MESSAGES.decide, {
          args: [sign(question, say)],
        });
        if (outcome.counted && outcome.closed) answered.add(asking(question));
        return outcome;
      },
      async end() {
        const result = await handle
          .result()
          .catch((error: unknown) => ({ outcome: 'threw', result: messages(error) }));
        return result as { outcome: string; result: unknown };
      },
    };
  }

  await engine.startWorkers();
  return engine;
}

/** What a reader of a failed test needs: what the run does, and what Temporal last heard of it. */
async function situation(handle: WorkflowHandle): Promise<string> {
  const { raw, status } = await handle.describe();
  const state = await handle.query<RunState>(MESSAGES.state).catch((e: unknown) => messages(e));
  const pending = raw.pendingActivities?.map((a) => [
    a.activityType?.name,
    a.attempt,
    a.lastFailure?.message,
  ]);
  return JSON.stringify(
    { status: status.name, state, pending, workflowTask: raw.pendingWorkflowTask },
    null,
    1,
  );
}

function messages(error: unknown): string {
  const texts: string[] = [];
  for (let e: unknown = error; e instanceof Error; e = e.cause) texts.push(e.message);
  return texts.join(' < ');
}
