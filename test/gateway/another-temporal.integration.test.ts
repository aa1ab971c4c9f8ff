/** Two Temporal servers have a namespace of the same name: the one that has the runs is never taken for the other. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startTemporalServer, type TemporalServer } from '../../embedded/temporal-server.ts';
import { sweepClosedRuns } from '../../gateway/closed-runs.ts';
import { createLogger } from '../../gateway/log.ts';
import { atHome } from '../../gateway/temporal-at-home.ts';
import { createTemporalClient, type TemporalClient } from '../../gateway/temporal-client.ts';
import { nightshift } from '../cli/command-line.ts';
import { until } from '../setup/until.ts';
import { createHouse, type House } from './house.ts';
import { createProxy, type Proxy } from './proxy.ts';

let house: House;
let folder: string;
let other: TemporalServer;
let namespace: string;
/** Leads to the one that has the runs, and to the other when it is told so. */
let way: { host: string; port: number };
let proxy: Proxy;
let client: TemporalClient;
let run: string;

const portOf = (address: string) => Number(address.split(':').at(-1));
const clientAt = (address: string) =>
  createTemporalClient({ address, namespace, deployment: 'test', identity: 'test' });
const idAt = async (address: string) => {
  const there = clientAt(address);
  return (await there.identity().finally(() => there.close())).namespaceId;
};
const elsewhere = () => ({ temporal: { address: other.address, namespace } });

beforeAll(async () => {
  house = await createHouse();
  namespace = house.temporal.options.namespace;
  folder = await mkdtemp(join(tmpdir(), 'nightshift-another-'));
  other = await startTemporalServer({ folder: join(folder, 'temporal'), namespace });
  way = { host: '127.0.0.1', port: house.temporalServer.port };
  proxy = await createProxy(way);
  client = clientAt(`127.0.0.1:${proxy.port}`);
  const gateway = await house.startGateway();
  const ana = await house.client(gateway, 'ana');
  run = (await ana.startRun({ runbook: 'by-hand', input: { service: 'open' } })).workflowId;
  await until(async () => (await house.ledger.run(run))?.status === 'started');
  await gateway.kill('SIGTERM');
}, 300_000);
afterAll(async () => {
  await client.close();
  await proxy.cut();
  await other.stop();
  await house.close();
  await rm(folder, { recursive: true, force: true });
}, 300_000);

/** What a process says that ends by itself. */
async function said(args: readonly string[]): Promise<{ code: number; text: string }> {
  const child = spawn(process.execPath, ['--no-warnings', ...args], { stdio: ['ignore', 'ignore', 'pipe'] });
  let text = '';
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
  const [code] = (await once(child, 'close')) as [number];
  return { code, text };
}

test('a gateway and a worker refuse to start at the other, and name both and the way to move', async () => {
  const theirs = await idAt(`127.0.0.1:${house.temporalServer.port}`);
  const its = await idAt(other.address);
  expect(its).not.toBe(theirs);
  const refusal = new RegExp(
    `not the Temporal that has the runs of deployment "test"[^]*${theirs}[^]*${its}, at ${other.address}\\n[^]*deploy temporal-moved ${its} --reason`,
  );
  await expect(house.startGateway(elsewhere())).rejects.toThrow(refusal);

  const config = join(folder, 'worker.json');
  await writeFile(config, JSON.stringify({ ...house.config, ...elsewhere() }));
  const main = fileURLToPath(new URL('../../worker/main.ts', import.meta.url));
  const worker = await said([main, '--role', 'changes', '--config', config]);
  expect(worker).toMatchObject({ code: 1, text: expect.stringMatching(refusal) });
}, 300_000);

test('a running gateway takes the other for one that is away: no run is taken for gone, and it goes on afterwards', async () => {
  const { ledger } = house;
  const temporal = atHome(client, ledger, 0);
  expect(await temporal.fate(run)).toEqual({ is: 'open' });
  const problems: string[] = [];
  const log = createLogger('silent');
  log.warn = (facts: { err?: Error }) => void problems.push(String(facts.err?.message));
  const times = { everyMs: 50, graceMs: 0, unknownMs: 0 };
  const stop = sweepClosedRuns({ ledger, temporal, runbooks: [], log, ...times });
  try {
    await proxy.cut();
    way.port = portOf(other.address);
    await proxy.mend();
    await until(
      () => problems.filter((p) => p.startsWith('This is not the Temporal')).length > 3,
      () => problems.join('\n'),
    );
    await expect(temporal.cancel({ workflowId: run, reason: 'x', id: 'x' })).rejects.toThrow(/This is not/);
    await expect(temporal.ping(60_000)).rejects.toThrow(/This is not/);
    expect((await ledger.run(run))?.status).toBe('started');

    await proxy.cut();
    way.port = house.temporalServer.port;
    await proxy.mend();
    await until(() => temporal.fate(run).catch(() => undefined));
    expect((await ledger.run(run))?.status).toBe('started');
  } finally {
    await stop();
  }
}, 300_000);

test('whoever moves on purpose says so for the record; then the other is the one', async () => {
  const its = await idAt(other.address);
  const moved = (id: string, ...args: string[]) =>
    nightshift(['deploy', 'temporal-moved', id, '--reason', 'its disk is gone', ...args], {
      env: { DATABASE_URL: house.databaseUrl, NIGHTSHIFT_DEPLOYMENT: 'test' },
    });
  expect(await moved('default', '--yes')).toMatchObject({
    code: 2,
    err: expect.stringMatching(/no id of a namespace/),
  });
  expect(await moved(its)).toMatchObject({
    code: 2,
    err: expect.stringMatching(/nothing was done, .*1 open run that it does not know/),
  });
  expect(await moved(its, '--yes')).toMatchObject({ code: 0, out: expect.stringContaining(its) });

  const gateway = await house.startGateway(elsewhere());
  await gateway.kill('SIGTERM');
  expect(await house.ledger.temporalHome()).toMatchObject({ namespaceId: its, address: other.address });
  await expect(house.startGateway()).rejects.toThrow(/not the Temporal that has the runs/);
}, 300_000);
