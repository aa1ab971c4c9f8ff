/**
 * A database for one file of tests, whose clock can be told to be ahead: the ledger asks PostgreSQL for the time, and
 * finds a `clock_timestamp` of ours before PostgreSQL's own.
 */
import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { schemaName } from '../../ledger/database/schema-name.ts';

export interface LedgerDatabase {
  /** For `createLedger`. */
  readonly url: string;
  setAhead(byMs: number): Promise<void>;
  drop(): Promise<void>;
}

const CLOCK = `
  create schema nightshift_time;
  create table nightshift_time.ahead (by_ms double precision not null);
  insert into nightshift_time.ahead values (0);
  create function nightshift_time.clock_timestamp() returns timestamptz language sql volatile
    as $$ select pg_catalog.clock_timestamp() + by_ms * interval '1 millisecond' from nightshift_time.ahead $$;
`;

/** `server` is the URL of a PostgreSQL on which databases may be created. */
export async function createLedgerDatabase(server: string, deployment: string): Promise<LedgerDatabase> {
  const name = `runbook_test_${randomUUID().replaceAll('-', '')}`;
  await once(server, `create database ${name}`);
  const url = new URL(server);
  url.pathname = `/${name}`;
  const clock = new pg.Client({ connectionString: url.href });
  // When the server goes away, whoever asks next is told.
  clock.on('error', () => undefined);
  await clock.connect();
  await clock.query(CLOCK);
  url.searchParams.set('options', `-c search_path=${schemaName(deployment)},nightshift_time,pg_catalog`);
  return {
    url: url.href,
    setAhead: async (byMs) => void (await clock.query('update nightshift_time.ahead set by_ms = $1', [byMs])),
    drop: async () => {
      await clock.end();
      await once(server, `drop database ${name} with (force)`);
    },
  };
}

async function once(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
