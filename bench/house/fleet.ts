/** nightshift with its workers in processes of their own, which can be weighed and killed; the gateway is in this one. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { pino } from 'pino';
import { parseConfig } from '../../config/index.ts';
import { startProcess, type RunningProcess } from '../../embedded/processes.ts';
import { createApiClient, type ApiClient } from '../../gateway/api-client.ts';
import { createGateway } from '../../gateway/create-gateway.ts';
import { createTemporalClient } from '../../gateway/temporal-client.ts';
import type { Ledger } from '../../ledger/api.ts';
import { createLedger } from '../../ledger/create-ledger.ts';
import { generateKeyPair } from '../../ledger/keys.ts';
import catalogue from '../runbooks/catalogue.ts';
import type { Closing } from './closing.ts';
import { PEOPLE, PERSON, POLICY, type WorkerFacts } from './fleet-facts.ts';
import { startOutside, type Outside } from './outside.ts';
import type { Backend } from './servers.ts';

export interface Fleet {
  readonly ledger: Ledger;
  readonly api: ApiClient;
  readonly outside: Outside;
  startWorker(): Promise<WorkerProcess>;
}

export interface WorkerProcess {
  /** Resident memory in MiB. */
  memory(): Promise<number>;
  kill(): Promise<void>;
}

const DEPLOYMENT = 'bench';
const READY_MS = 120_000;

export async function startFleet(servers: Backend, closing: Closing): Promise<Fleet> {
  const { databaseUrl, temporalAddress: address, namespace, folder } = servers;
  const key = generateKeyPair();
  const outside = await startOutside(closing);
  const config = parseConfig(
    {
      deployment: DEPLOYMENT,
      development: true,
      stateDir: folder,
      temporal: { address, namespace },
      database: { url: { literal: databaseUrl } },
      gateway: { port: 0, requestsPerMinute: 1_000_000 },
      policy: POLICY,
      people: PEOPLE,
    },
    { name: 'the configuration of the bench' },
  );
  const ledger = await createLedger({ databaseUrl, deployment: DEPLOYMENT });
  closing.add(() => ledger.close());
  const temporal = createTemporalClient({
    address,
    namespace,
    deployment: DEPLOYMENT,
    identity: 'bench-gateway',
  });
  closing.add(() => temporal.close());
  const gateway = await createGateway({
    config,
    ledger,
    temporal,
    runbooks: catalogue,
    key,
    log: pino({ level: 'fatal' }),
  });
  closing.add(() => gateway.close());
  const url = await gateway.listen();
  const { secret: token } = await ledger.createToken({
    person: PERSON,
    scopes: ['read', 'run', 'decide'],
    by: 'bench',
    // Longer than any measurement.
    expiresAt: new Date(Date.now() + 30 * 24 * 3_600_000).toISOString(),
  });

  const facts: WorkerFacts = {
    databaseUrl,
    deployment: DEPLOYMENT,
    address,
    namespace,
    gatewayKey: key.publicKeyPem,
    outside: outside.url,
  };
  const factsFile = join(folder, 'worker.json');
  await writeFile(factsFile, JSON.stringify(facts), { mode: 0o600 });
  let started = 0;

  return {
    ledger,
    api: createApiClient({ url, token }),
    outside,
    async startWorker() {
      const child = await startProcess({
        name: 'The worker of the bench',
        command: process.execPath,
        args: [fileURLToPath(new URL('./worker-program.ts', import.meta.url)), factsFile],
        logFile: join(folder, `worker-${started++}.log`),
      });
      closing.add(() => child.stop({ signal: 'SIGKILL' }));
      await ready(child);
      return {
        memory: () => residentMiB(child.pid),
        async kill() {
          process.kill(child.pid, 'SIGKILL');
          await child.exited;
        },
      };
    },
  };
}

async function ready(child: RunningProcess): Promise<void> {
  const deadline = Date.now() + READY_MS;
  for (;;) {
    const log = await readFile(child.logFile, 'utf8');
    if (/^ready$/m.test(log)) return;
    if (child.exit() || Date.now() > deadline)
      throw new Error(`${child.name} is not ready: ${log.slice(-2_000)}`);
    await sleep(20);
  }
}

async function residentMiB(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) / 1024;
}
