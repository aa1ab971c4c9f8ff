import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { startPostgres } from '../../embedded/postgres.ts';

let folder: string;
beforeAll(async () => (folder = await mkdtemp(join(tmpdir(), 'nightshift-postgres-'))));
afterAll(() => rm(folder, { recursive: true }));

async function query<T>(url: string, sql: string): Promise<T[]> {
  const client = new pg.Client({ connectionString: url });
  // The server is killed under some of these connections.
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query(sql)).rows as T[];
  } finally {
    await client.end();
  }
}

test('a committed row survives kill -9 of the server, and the stale lock file does not keep it down', async () => {
  const first = await startPostgres({ folder });
  await query(first.url, 'CREATE TABLE kept (id int); INSERT INTO kept VALUES (42)');
  const open = new pg.Client({ connectionString: first.url });
  open.on('error', () => undefined);
  await open.connect();
  process.kill(first.process.pid, 'SIGKILL');
  await first.process.exited;
  const second = await startPostgres({ folder });
  try {
    expect(await query(second.url, 'SELECT id FROM kept')).toEqual([{ id: 42 }]);
    expect(await query(second.url, 'SHOW fsync')).toEqual([{ fsync: 'on' }]);
    expect(await query(second.url, 'SHOW synchronous_commit')).toEqual([{ synchronous_commit: 'on' }]);
  } finally {
    await second.stop();
  }
});

test('a lock file whose pid another program of the same user has by now does not keep it down', async () => {
  const first = await startPostgres({ folder });
  process.kill(first.process.pid, 'SIGKILL');
  await first.process.exited;
  const data = join(folder, 'data');
  const { uid, gid } = await stat(data);
  const other = spawn('sleep', ['1000'], { uid, gid, cwd: '/' });
  const lockFile = join(data, 'postmaster.pid');
  const lines = (await readFile(lockFile, 'utf8')).split('\n');
  await writeFile(lockFile, [String(other.pid), ...lines.slice(1)].join('\n'));
  try {
    const second = await startPostgres({ folder });
    expect(await query(second.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    await second.stop();
  } finally {
    other.kill();
  }
});

test('the password is in a file for its owner only, and another password is refused', async () => {
  const server = await startPostgres({ folder });
  try {
    const { password } = new URL(server.url);
    expect((await readFile(join(folder, 'password'), 'utf8')).trim()).toBe(password);
    expect((await stat(join(folder, 'password'))).mode & 0o777).toBe(0o600);
    await expect(query(server.url.replace(password, 'wrong'), 'SELECT 1')).rejects.toThrow(
      'password authentication failed',
    );
  } finally {
    await server.stop();
  }
});

test('a second server on the same folder is refused while the first runs', async () => {
  const server = await startPostgres({ folder });
  try {
    await expect(startPostgres({ folder })).rejects.toThrow(`is in use by process ${server.process.pid}`);
    expect(await query(server.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  } finally {
    await server.stop();
  }
});

test('a port that is taken is refused with its number', async () => {
  const server = await startPostgres({ folder });
  try {
    const other = join(folder, 'other');
    await expect(startPostgres({ folder: other, port: server.port })).rejects.toThrow(`Port ${server.port}`);
  } finally {
    await server.stop();
  }
});
