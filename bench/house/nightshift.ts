/** nightshift itself, put together from its own parts in this process, with what it is handed wrapped by a trace. */
import { Client, Connection } from '@temporalio/client';
import { NativeConnection } from '@temporalio/worker';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { pino } from 'pino';
import type { z } from 'zod';
import type { ImplementedChange, ImplementedStep } from '../../activities/kit/index.ts';
import type { KubernetesClient } from '../../activities/kubernetes/clients.ts';
import { createKubernetesSteps } from '../../activities/kubernetes/steps.ts';
import { parseConfig } from '../../config/index.ts';
import { createApiClient } from '../../gateway/api-client.ts';
import type { QuestionView } from '../../gateway/api/questions.ts';
import { createGateway } from '../../gateway/create-gateway.ts';
import { signStart } from '../../gateway/statements.ts';
import { createTemporalClient } from '../../gateway/temporal-client.ts';
import type { Trigger } from '../../workflows/messages.ts';
import { MESSAGES, WORKFLOW_TASK_QUEUE } from '../../workflows/messages.ts';
import { createLedger } from '../../ledger/create-ledger.ts';
import { createFileWitness } from '../../ledger/record/file-witness.ts';
import { generateKeyPair } from '../../ledger/keys.ts';
import { createWorkers } from '../../worker/create-workers.ts';
import { bundleRunbooks } from '../../worker/versions/bundle.ts';
import type { Trace } from '../measure/trace.ts';
import catalogue from '../runbooks/catalogue.ts';
import { look } from '../runbooks/steps.ts';
import { Closing } from './closing.ts';
import { PEOPLE, PERSON, POLICY } from './fleet-facts.ts';
import { openQuestion } from './open-question.ts';
import type { Servers } from './servers.ts';

export interface Nightshift {
  /** The gateway listens until `stop`; while it does, it starts every run that the ledger has. */
  gateway(): Promise<BenchGateway>;
  /** Starts a run past the gateway and answers the milliseconds from its start to its end. */
  run(runbook: string, input: unknown): Promise<number>;
  /** Waits until the run has nothing to do but wait. */
  atRest(workflowId: string): Promise<void>;
  /** Waits for the end of a run that the gateway started. */
  ended(workflowId: string): Promise<void>;
}

/** A gateway that listens, with a token of the one person who may answer. */
export interface BenchGateway {
  readonly url: string;
  readonly alertUrl: string;
  /** For webhooks. */
  readonly token: string;
  readonly personToken: string;
  /** Asks for a run and answers its first question, with its hash, once that is open. */
  asked(runbook: string, input: z.core.util.JSONType): Promise<{ workflowId: string; view: QuestionView }>;
  stop(): Promise<void>;
}

const DEPLOYMENT = 'bench';
const TOKEN = 'a-token-of-the-bench';
const TRIGGER: Trigger = { kind: 'person', source: 'bench', authenticated: true, person: PERSON };
const LOOK_EVERY_MS = 5;

export async function startNightshift(
  o: { servers: Servers; cluster: KubernetesClient; trace: Trace },
  closing: Closing,
): Promise<Nightshift> {
  const { servers, cluster, trace } = o;
  const { temporalAddress: address, namespace } = servers;
  const key = generateKeyPair();
  const sealer = generateKeyPair();
  const witnessFile = join(servers.folder, 'checkpoints.txt');
  const config = parseConfig(
    {
      deployment: DEPLOYMENT,
      development: true,
      stateDir: servers.folder,
      temporal: { address, namespace },
      database: { url: { literal: servers.databaseUrl } },
      gateway: { port: 0, requestsPerMinute: 100_000 },
      alertSources: { alertmanager: { bearerToken: { literal: TOKEN } } },
      policy: POLICY,
      people: PEOPLE,
    },
    { name: 'the configuration of the bench' },
  );
  // Gateway and worker have a pool each, as the two processes have.
  const ledgerOf = async (sealing: boolean) => {
    const ledger = await createLedger({
      databaseUrl: servers.databaseUrl,
      deployment: DEPLOYMENT,
      ...(sealing && {
        sealer: { name: DEPLOYMENT, privateKeyPem: sealer.privateKeyPem },
        witness: createFileWitness({ file: witnessFile, publicKeyPem: sealer.publicKeyPem }),
      }),
    });
    closing.add(() => ledger.close());
    return trace.wrap('ledger', ledger);
  };
  const workerLedger = await ledgerOf(true);
  const gatewayLedger = await ledgerOf(false);
  const connection = await NativeConnection.connect({ address });
  closing.add(() => connection.close());
  const workers = await createWorkers({
    connection,
    namespace,
    workflowBundle: await bundleRunbooks(new URL('../runbooks/entry.ts', import.meta.url)),
    deployment: DEPLOYMENT,
    ledger: workerLedger,
    steps: steps(cluster, trace),
    cluster: 'bench',
    gatewayKeys: tracedKeys(new Map([[key.keyId, key.publicKey]]), trace),
    people: config.people,
    policy: config.policy,
    worker: 'bench',
    shutdownGraceTime: '1s',
  });
  const running = Promise.all(workers.map((w) => w.run()));
  running.catch(() => undefined);
  closing.add(async () => {
    for (const worker of workers) worker.shutdown();
    await running;
  });
  const clientConnection = await Connection.connect({ address });
  closing.add(() => clientConnection.close());
  const client = new Client({ connection: clientConnection, namespace });

  return {
    async gateway() {
      const opened = new Closing();
      const temporal = createTemporalClient({
        address,
        namespace,
        deployment: DEPLOYMENT,
        identity: 'bench-gateway',
      });
      opened.add(() => temporal.close());
      const gateway = await createGateway({
        config,
        ledger: gatewayLedger,
        temporal: trace.wrap('temporal', temporal),
        runbooks: catalogue,
        key,
        log: pino({ level: 'error' }),
      });
      opened.add(() => gateway.close());
      const url = await gateway.listen();
      closing.add(() => opened.close());
      const { secret: personToken } = await gatewayLedger.createToken({
        person: PERSON,
        scopes: ['read', 'run', 'decide'],
        by: 'bench',
        expiresAt: new Date(Date.now() + 24 * 3_600_000).toISOString(),
      });
      const api = createApiClient({ url, token: personToken });
      return {
        url,
        alertUrl: `${url}/webhooks/alertmanager`,
        token: TOKEN,
        personToken,
        async asked(runbook, input) {
          const { workflowId } = await api.startRun({ runbook, input, requestId: randomUUID() });
          return { workflowId, view: await openQuestion(api, { workflowId, lookEveryMs: LOOK_EVERY_MS }) };
        },
        stop: () => opened.close(),
      };
    },
    async run(runbook, input) {
      const row = await workerLedger.requestRun({
        ...{ runbook, title: runbook, input, trigger: TRIGGER, dryRun: false },
        correlationKey: randomUUID(),
        requestId: randomUUID(),
      });
      const { workflowId } = row;
      const args = [signStart({ deployment: DEPLOYMENT, key }, row)];
      await workerLedger.runStarted(workflowId);
      const from = performance.now();
      await client.workflow.execute(runbook, { taskQueue: WORKFLOW_TASK_QUEUE, workflowId, args });
      return performance.now() - from;
    },
    async atRest(workflowId) {
      // A query is answered after the workflow task that is under way.
      await client.workflow.getHandle(workflowId).query(MESSAGES.state);
    },
    async ended(workflowId) {
      await client.workflow.getHandle(workflowId).result();
    },
  };
}

/** The cluster's real steps, each function marking when it is called and when it has answered. */
function steps(cluster: KubernetesClient, trace: Trace): ImplementedStep[] {
  const { api, ...rest } = cluster;
  const traced = { ...rest, api: trace.wrap('api', api) };
  return [
    ...createKubernetesSteps({ read: cluster, change: traced }).map((step) =>
      step.contract.effect === 'change'
        ? {
            ...step,
            implementation: trace.wrap('step', (step as ImplementedChange).implementation),
          }
        : step,
    ),
    look,
  ];
}

/** Looking a key up is the first thing that verifying a signature does, and each of the worker's own activities begins with that. */
function tracedKeys<K, V>(keys: Map<K, V>, trace: Trace): ReadonlyMap<K, V> {
  const get = keys.get.bind(keys);
  keys.get = (key) => {
    trace.mark('signature');
    return get(key);
  };
  return keys;
}
