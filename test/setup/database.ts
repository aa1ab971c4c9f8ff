import { randomUUID } from 'node:crypto';
import pg from 'pg';

/** A database of the test's own on the shared server. */
export async function createDatabase(): Promise<{ url: string; drop(): Promise<void> }> {
  const server = process.env.TEST_DATABASE_URL;
  if (!server)
    throw new Error('TEST_DATABASE_URL is not set: run this through the jest project "integration" or "lab"');
  const name = `test_${randomUUID().replaceAll('-', '')}`;
  await inDatabase(server, (db) => db.query(`CREATE DATABASE ${name}`));
  const url = new URL(server);
  url.pathname = `/${name}`;
  const drop = async () =>
    void (await inDatabase(server, (db) => db.query(`DROP DATABASE ${name} WITH (FORCE)`)));
  return { url: url.href, drop };
}

/** Past every ledger, on a connection that is closed afterwards. */
export async function inDatabase<T>(url: string, work: (db: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
