/**
 * What the gateway's integration tests stand on: a database and a namespace of their own on the shared servers, gateways
 * and a worker as processes that can be killed, and proxies through which the gateways reach PostgreSQL and Temporal.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Client, Connection } from '@temporalio/client';
import { createApiClient, type ApiClient } from '../../gateway/api-client.ts';
import type { Ledger } from '../../ledger/api.ts';
import { createLedger } from '../../ledger/create-ledger.ts';
import { generateKeyPair } from '../../ledger/keys.ts';
import { createDatabase } from '../setup/database.ts';
import { createNamespace } from '../setup/namespace.ts';
import { createProxy, type Proxy } from './proxy.ts';

export const BEARER = 'alertmanager-token';
export const PAGERDUTY_SECRET = 'pagerduty-secret';
const PEOPLE = {
  ana: { name: 'Ana', roles: ['payments-oncall'] },
  bo: { name: 'Bo', roles: ['payments-oncall'] },
  cy: { name: 'Cy', roles: [] },
};

export interface Process {
  readonly url: string;
  /** Everything on standard error so far. */
  log(): string;
  /** Returns once it has ended; with its exit code, or the signal. */
  kill(signal: NodeJS.Signals): Promise<number | string>;
}

export interface House {
  /** The configuration file’s directory. */
  readonly folder: string;
  /** What every gateway is configured with. */
  readonly config: object;
  /** PostgreSQL itself, past the proxy. */
  readonly databaseUrl: string;
  readonly ledger: Ledger;
  readonly temporal: Client;
  readonly database: Proxy;
  readonly temporalServer: Proxy;
  startGateway(config?: object): Promise<Process>;
  startWorker(): Promise<Process>;
  token(person: string, scopes: readonly string[], expiresAt?: string): Promise<string>;
  /** A client of this gateway for a new token with every scope. */
  client(gateway: Process, person: string): Promise<ApiClient>;
  close(): Promise<void>;
}

export async function createHouse(): Promise<House> {
  const folder = await mkdtemp(join(tmpdir(), 'nightshift-gateway-'));
  const own = await createDatabase();
  const { url } = own;
  const [host, port] = (process.env['TEST_TEMPORAL_ADDRESS'] ?? '').split(':');
  const namespace = await createNamespace(`${host}:${port}`);
  const connection = await Connection.connect({ address: `${host}:${port}` });
  const temporal = new Client({ connection, namespace });
  const database = await createProxy({ host: new URL(url).hostname, port: Number(new URL(url).port) });
  const temporalServer = await createProxy({ host: host!, port: Number(port) });
  const { privateKeyPem } = generateKeyPair();
  const ledger = await createLedger({
    databaseUrl: url,
    deployment: 'test',
    connections: 3,
    sealer: { privateKeyPem, name: 'test' },
  });
  const children: ChildProcess[] = [];

  const start = async (file: string, ...args: string[]): Promise<Process> => {
    const child = spawn(process.execPath, ['--no-warnings', join(import.meta.dirname, file), ...args], {
      // As the test has changed it: of its own accord a child sees that of the process around jest.
      env: process.env,
    });
    children.push(child);
    let log = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (log += text));
    const exited = once(child, 'exit') as Promise<[number | null, string | null]>;
    const line = await Promise.race([
      once(createInterface(child.stdout), 'line').then(([text]) => text as string),
      exited.then(([code]) => Promise.reject(new Error(`${file} ended with ${code}:\n${log}`))),
    ]);
    return {
      url: (JSON.parse(line) as { url?: string }).url ?? '',
      log: () => log,
      async kill(signal) {
        child.kill(signal);
        const [code, by] = await exited;
        return code ?? by ?? '';
      },
    };
  };

  const through = new URL(url);
  through.hostname = '127.0.0.1';
  through.port = String(database.port);
  const config = {
    deployment: 'test',
    development: true,
    stateDir: 'state',
    database: { url: { literal: through.href } },
    temporal: { address: `127.0.0.1:${temporalServer.port}`, namespace },
    gateway: { port: 0, requestsPerMinute: 100_000 },
    alertSources: {
      alertmanager: { bearerToken: { literal: BEARER } },
      pagerduty: { signingSecrets: [{ literal: 'old-secret' }, { literal: PAGERDUTY_SECRET }] },
    },
    people: PEOPLE,
  };
  const token = async (person: string, scopes: readonly string[], expiresAt?: string) =>
    (
      await ledger.createToken({
        person,
        scopes,
        by: 'test',
        expiresAt: expiresAt ?? new Date(Date.now() + 3_600_000).toISOString(),
      })
    ).secret;

  return {
    ...{ folder, config, databaseUrl: url, ledger, temporal, database, temporalServer, token },
    async startGateway(change = {}) {
      const file = join(folder, `${randomUUID()}.json`);
      await writeFile(file, JSON.stringify({ ...config, ...change }));
      return start('gateway-process.ts', '--config', file);
    },
    startWorker: () => start('worker-process.ts', `${host}:${port}`, namespace),
    client: async (gateway, person) =>
      createApiClient({ url: gateway.url, token: await token(person, ['read', 'run', 'decide', 'admin']) }),
    async close() {
      for (const child of children) {
        if (child.exitCode !== null || child.signalCode !== null) continue;
        child.kill('SIGKILL');
        await once(child, 'exit');
      }
      await ledger.close();
      await connection.close();
      await Promise.all([database.cut(), temporalServer.cut()].map((cut) => cut.catch(() => undefined)));
      await own.drop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
