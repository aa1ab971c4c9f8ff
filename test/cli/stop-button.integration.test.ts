/** The commands that must work when half of nightshift is down, and must not work on the wrong half. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createDeployment, type TestDeployment } from '../ledger/deployment.ts';
import type { Ledger } from '../../ledger/api.ts';
import { nightshift } from './command-line.ts';

let deployment: TestDeployment;
let ledger: Ledger;
const servers: Server[] = [];
beforeAll(async () => {
  deployment = await createDeployment();
  ledger = await deployment.open();
});
afterAll(async () => {
  for (const server of servers) {
    server.closeAllConnections();
    server.close();
  }
  await deployment.end();
});

const FREEZE = ['freeze', '--everything', '--reason', 'test'];

async function gateway(answer: Parameters<typeof createServer>[1]): Promise<Record<string, string>> {
  const server = createServer(answer).listen(0, '127.0.0.1');
  servers.push(server);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return { NIGHTSHIFT_URL: `http://127.0.0.1:${port}`, NIGHTSHIFT_TOKEN: 'any' };
}

const database = () => ({
  DATABASE_URL: deployment.options.databaseUrl,
  NIGHTSHIFT_DEPLOYMENT: deployment.options.deployment,
});

test.each([
  ['hangs', () => undefined],
  [
    'is behind a proxy that cannot reach it',
    (_: unknown, r: { writeHead(n: number): { end(t: string): void } }) =>
      r.writeHead(502).end('Bad Gateway'),
  ],
])('a gateway that %s: freeze goes to the ledger, and says to which', async (_what, answer) => {
  const env = { ...(await gateway(answer)), ...database() };
  const { code, out, err } = await nightshift([...FREEZE, '-o', 'json'], { env });
  expect({ code, err }).toEqual({
    code: 0,
    err: expect.stringMatching(/^On the ledger of "test" at [\w.:]+, without a gateway\.\n$/),
  });
  const { id } = JSON.parse(out) as { id: string };
  expect((await ledger.freezes()).map((f) => f.id)).toContain(id);
  await ledger.lift(id, 'ana');
});

test('a name that the ledger cannot vouch for is frozen all the same, and doubted', async () => {
  for (const args of [
    ['--runbook', 'pods-crsah'],
    ['--cluster', 'prdo'],
  ]) {
    const { code, out, err } = await nightshift(['freeze', ...args, '--reason', 'test', '-o', 'json'], {
      env: { ...(await gateway((_, response) => response.writeHead(503).end())), ...database() },
    });
    expect({ code, err }).toEqual({
      code: 0,
      err: expect.stringMatching(/"(pods-crsah|prdo)".*nothing is frozen/s),
    });
    await ledger.lift((JSON.parse(out) as { id: string }).id, 'ana');
  }
});

test('a gateway elsewhere that does not answer is not replaced by what runs here', async () => {
  const env = { NIGHTSHIFT_URL: 'http://127.0.0.1:1', NIGHTSHIFT_TOKEN: 'any' };
  const { code, err } = await nightshift(FREEZE, { env });
  expect(code).toBe(5);
  expect(err).toContain('no gateway answers at http://127.0.0.1:1, and its database is not known here');
  expect(err).toContain('--database-url');
});

test('a misspelt deployment is refused, and no ledger made for it', async () => {
  const env = { ...database(), NIGHTSHIFT_DEPLOYMENT: 'tset' };
  const { code, err } = await nightshift(FREEZE, { env });
  expect(code).toBe(3);
  expect(err).toContain('no ledger of a deployment "tset"');
  const schemas = await deployment.sql<{ name: string }>('select nspname as name from pg_namespace');
  expect(schemas.filter(({ name }) => name.includes('tset'))).toEqual([]);
});

test('a ledger of another version is refused, and not migrated', async () => {
  const [table] = await deployment.sql<{ name: string }>(
    `select schemaname || '.kysely_migration' as name from pg_tables where tablename = 'kysely_migration'`,
  );
  await deployment.sql(`insert into ${table!.name} (name, timestamp) values ('9999-later', now())`);
  const { code, err } = await nightshift(FREEZE, { env: database() });
  expect(code).toBe(3);
  expect(err).toContain('of another version than this command');
  expect(err).toMatch(/insert into nightshift_test\.freezes/);
  await deployment.sql(`delete from ${table!.name} where name = '9999-later'`);
});
