import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { startPostgres, type Postgres } from '../../embedded/postgres.ts';
import type { Ledger } from '../../ledger/api.ts';
import { createLedger } from '../../ledger/create-ledger.ts';
import { LedgerUnavailable } from '../../ledger/errors.ts';
import { until } from '../setup/until.ts';
import { anIntent, aRun } from './deployment.ts';

let folder: string;
let server: Postgres;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nightshift-outage-'));
  server = await startPostgres({ folder });
});
afterAll(async () => {
  await server.stop();
  await rm(folder, { recursive: true });
});

async function kill(): Promise<void> {
  process.kill(server.process.pid, 'SIGKILL');
  await server.process.exited;
}

const restart = async (): Promise<void> => {
  server = await startPostgres({ folder, port: server.port });
};

test('kill -9 of PostgreSQL in mid-use: whatever was answered is there afterwards, and the ledger goes on by itself', async () => {
  const ledgers = await Promise.all(
    [1, 2, 3].map(() => createLedger({ databaseUrl: server.url, deployment: 'kill' })),
  );
  const begun: { workflowId: string; token: string }[] = [];
  const finished: string[] = [];
  const failures: unknown[] = [];
  const enough = Promise.withResolvers<void>();
  const work = async (ledger: Ledger): Promise<void> => {
    try {
      for (;;) {
        const intent = anIntent(await aRun(ledger));
        const answer = await ledger.beginIntent(intent);
        if (answer.state !== 'begun') throw new Error(answer.state);
        begun.push({ workflowId: intent.workflowId, token: answer.token });
        const { token } = answer;
        await ledger.finishIntent({ ...intent, token, result: { outcome: 'applied', settledBy: 'apply' } });
        finished.push(intent.workflowId);
        if (finished.length > 30) enough.resolve();
      }
    } catch (error) {
      failures.push(error);
      enough.resolve();
    }
  };
  const working = ledgers.flatMap((ledger) => [work(ledger), work(ledger), work(ledger)]);
  await enough.promise;
  await kill();
  await Promise.all(working);
  expect(failures).toHaveLength(9);
  for (const failure of failures) expect(failure).toBeInstanceOf(LedgerUnavailable);
  await expect(ledgers[0]!.ping()).rejects.toThrow(LedgerUnavailable);

  await restart();
  const [ledger] = ledgers as [Ledger];
  await ledger.ping();
  for (const { workflowId } of begun) {
    const [row] = await ledger.intents(workflowId);
    expect(row).toBeDefined();
    if (finished.includes(workflowId)) expect(row!.result?.outcome).toBe('applied');
  }
  await Promise.all(ledgers.map((l) => l.close()));
});

test('who listens for work hears of it again after the restart', async () => {
  const ledger = await createLedger({ databaseUrl: server.url, deployment: 'listen' });
  const notices: string[] = [];
  ledger.onWork((notice) => notices.push(notice));
  const heard = (count: number, notice: string) =>
    until(
      () => notices.filter((n) => n === notice).length >= count,
      () => `not heard: ${notice}; only ${notices.join(', ')}`,
    );
  await heard(1, 'listening');
  await kill();
  await restart();
  await heard(2, 'listening');
  await aRun(ledger);
  await heard(1, 'run');
  await ledger.close();
});

test('many processes start at once on an empty database: all of them get the migrated ledger', async () => {
  const ledgers = await Promise.all(
    Array.from({ length: 8 }, () =>
      createLedger({ databaseUrl: server.url, deployment: 'start', connections: 2 }),
    ),
  );
  const runs = await Promise.all(ledgers.map((ledger) => aRun(ledger)));
  expect(new Set(runs).size).toBe(8);
  await Promise.all(ledgers.map((ledger) => ledger.close()));
});

test('a URL that would lead the tables into another schema is refused', async () => {
  const databaseUrl = `${server.url}?options=${encodeURIComponent('-c search_path=public')}`;
  await expect(createLedger({ databaseUrl, deployment: 'astray' })).rejects.toThrow(
    'the database URL sets "options" of its own',
  );
});

test('what cannot be reached is said in a line, without the password', async () => {
  const { password } = new URL(server.url);
  const ledger = await createLedger({ databaseUrl: server.url, deployment: 'secret' });
  const wrongName = new URL(server.url);
  wrongName.pathname = '/nowhere';
  const errors: unknown[] = [];
  const collect = (error: unknown): number => errors.push(error);
  await createLedger({ databaseUrl: wrongName.href, deployment: 'x' }).catch(collect);
  const wrongPassword = new URL(server.url);
  wrongPassword.password = 'guessed-secret';
  await createLedger({ databaseUrl: wrongPassword.href, deployment: 'x' }).catch(collect);
  await kill();
  await createLedger({ databaseUrl: server.url, deployment: 'x' }).catch(collect);
  await aRun(ledger).catch(collect);
  await restart();
  await ledger.close();
  expect(errors.map(String)).toEqual([
    'LedgerUnavailable: the ledger (PostgreSQL) cannot serve: database "nowhere" does not exist',
    'LedgerUnavailable: the ledger (PostgreSQL) cannot serve: password authentication failed for user "nightshift"',
    expect.stringMatching(/^LedgerUnavailable: the ledger \(PostgreSQL\) does not answer: .+$/),
    // Which of the two depends on whether the dying server still said goodbye.
    expect.stringMatching(
      /^LedgerUnavailable: the ledger \(PostgreSQL\) (does not answer|cannot serve): .+$/,
    ),
  ]);
  for (const error of errors) {
    expect(inspect(error, { depth: 9 })).not.toContain(password);
    expect(inspect(error, { depth: 9 })).not.toContain('guessed-secret');
  }
});
