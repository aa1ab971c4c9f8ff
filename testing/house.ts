/** What the tests of one file share: a time-skipping Temporal server, a ledger, and the bundled runbooks. */
import { Client } from '@temporalio/client';
import {
  DefaultLogger,
  NativeConnection,
  Runtime,
  type WorkflowBundleWithSourceMap,
} from '@temporalio/worker';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startTimeSkippingServer } from '../embedded/time-skipping-server.ts';
import { createTemporalClient, type TemporalClient } from '../gateway/temporal-client.ts';
import type { Ledger } from '../ledger/api.ts';
import { createLedger } from '../ledger/create-ledger.ts';
import { generateKeyPair, type KeyPair } from '../ledger/keys.ts';
import { bundleCatalogue } from '../worker/versions/bundle-catalogue.ts';
import type { RunbookDefinition } from '../workflows/define-runbook.ts';
import { DATABASE_VARIABLE } from './servers.ts';
import { Replays } from './run/replays.ts';
import { Staff } from './staff.ts';
import { createLedgerDatabase } from './time/ledger-database.ts';
import { connectToTestServer, skippedTime, type SkippedTime } from './time/skipped-time.ts';

export const DEPLOYMENT = 'test';
const NAMESPACE = 'default';

export interface House {
  readonly runbooks: readonly RunbookDefinition[];
  readonly ledger: Ledger;
  readonly client: Client;
  /** The gateway's. */
  readonly temporal: TemporalClient;
  readonly staff: Staff;
  readonly replays: Replays;
  readonly time: SkippedTime;
  /** Signs what a gateway would. */
  readonly gateway: KeyPair;
  close(): Promise<void>;
}

let runtimeInstalled = false;

/** What the catalogue is to a house: the runbooks themselves, and what Temporal's sandbox runs. */
export interface Catalogue {
  readonly runbooks: readonly RunbookDefinition[];
  readonly workflowBundle: WorkflowBundleWithSourceMap;
}

/** `address`: a module whose default export is a runbook or a list of them. */
export async function loadCatalogue(address: URL): Promise<Catalogue> {
  const module = (await import(address.href)) as { default: RunbookDefinition | RunbookDefinition[] };
  return { runbooks: [module.default].flat(), workflowBundle: await bundleCatalogue(address) };
}

export async function openHouse({ runbooks, workflowBundle }: Catalogue): Promise<House> {
  const databaseServer = process.env[DATABASE_VARIABLE];
  if (!databaseServer) {
    throw new Error(
      'no PostgreSQL is up for the tests of runbooks: in jest.config, set globalSetup to "nightshift/testing/setup" and globalTeardown to "nightshift/testing/teardown"',
    );
  }
  if (!runtimeInstalled) {
    Runtime.install({
      logger: new DefaultLogger('ERROR'),
      shutdownSignals: [],
      // The test server is no Temporal server to the core, which says so each time.
      telemetryOptions: { logging: { filter: { core: 'ERROR', other: 'ERROR' }, forward: {} } },
    });
  }
  runtimeInstalled = true;
  const opened: (() => Promise<unknown>)[] = [];
  const close = async () => {
    for (const end of opened.splice(0).reverse()) await end();
  };
  try {
    const folder = await mkdtemp(join(tmpdir(), 'nightshift-runbook-'));
    opened.push(() => rm(folder, { recursive: true, force: true }));
    const server = await startTimeSkippingServer({ folder });
    opened.push(() => server.stop());
    const database = await createLedgerDatabase(databaseServer, DEPLOYMENT);
    opened.push(() => database.drop());
    const ledger = await createLedger({
      databaseUrl: database.url,
      deployment: DEPLOYMENT,
      sealer: { name: 'test', privateKeyPem: generateKeyPair().privateKeyPem },
    });
    opened.push(() => ledger.close());
    const clients = await connectToTestServer(server.address);
    opened.push(() => clients.close());
    const temporal = createTemporalClient({
      address: server.address,
      namespace: NAMESPACE,
      deployment: DEPLOYMENT,
      identity: 'test',
    });
    opened.push(() => temporal.close());
    const connection = await NativeConnection.connect({ address: server.address });
    opened.push(() => connection.close());
    const time = skippedTime(clients, (byMs) => database.setAhead(byMs));
    opened.push(async () => time.end());
    const gateway = generateKeyPair();
    const staff = new Staff({
      connection,
      namespace: NAMESPACE,
      workflowBundle,
      deployment: DEPLOYMENT,
      ledger,
      gatewayKeys: new Map([[gateway.keyId, gateway.publicKey]]),
      now: time.now,
    });
    opened.push(() => staff.close());
    await staff.open();
    const replays = new Replays({ workflowBundle });
    opened.push(() => replays.close());
    return {
      runbooks,
      ledger,
      client: new Client({ connection: clients, namespace: NAMESPACE }),
      temporal,
      staff,
      replays,
      time,
      gateway,
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}
