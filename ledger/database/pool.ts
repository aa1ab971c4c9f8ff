/**
 * The pool of connections, and the one place where PostgreSQL's failures become `LedgerUnavailable`. Everything gives
 * up in seconds, so that a change is refused rather than delayed while the ledger is down; the pool opens new
 * connections by itself once PostgreSQL is back.
 */
import pg from 'pg';
import type { PostgresPool, PostgresPoolClient } from 'kysely';
import { LedgerUnavailable } from '../errors.ts';

/** As long as a statement: a storm opens all connections at once, on a machine that has other things to do. */
const CONNECT_MS = 5_000;
const STATEMENT_MS = 5_000;
/** For a free connection: in a storm of alerts, waiting for one's turn is not an outage. */
const TURN_MS = 10_000;

/** SQLSTATE classes: connection, authorisation, no such database, resources, operator intervention, system error. */
const UNAVAILABLE = /^(08|28|3D|53|57|58)|^25006$|^55P03$/;

const TIMESTAMPTZ = 1184;
const INT8 = 20;
const parseTimestamp = pg.types.getTypeParser(TIMESTAMPTZ, 'text') as (text: string) => Date;

/** Times as ISO 8601 in UTC; 64-bit numbers as numbers (counters here stay far below 2^53). */
const types = {
  getTypeParser(oid: number, format?: 'text' | 'binary'): (value: string) => unknown {
    if (oid === TIMESTAMPTZ) return (value) => parseTimestamp(value).toISOString();
    if (oid === INT8) return Number;
    return pg.types.getTypeParser(oid, format) as (value: string) => unknown;
  },
};

/** How every connection of the ledger is made, the listening one too. */
export function connectionOptions(databaseUrl: string, schema: string): pg.ClientConfig {
  return {
    connectionString: databaseUrl,
    connectionTimeoutMillis: CONNECT_MS,
    statement_timeout: STATEMENT_MS,
    query_timeout: STATEMENT_MS + 1_000,
    idle_in_transaction_session_timeout: 2 * STATEMENT_MS,
    keepAlive: true,
    application_name: 'nightshift',
    options: `-c search_path=${schema}`,
    types,
  };
}

/** A pool whose every failure is sorted; end it with `end()`. */
export function createPool(options: pg.ClientConfig, connections: number): PostgresPool {
  class Connection extends pg.Client {
    constructor() {
      super(options);
    }
  }
  const pool = new pg.Pool({
    Client: Connection,
    connectionTimeoutMillis: TURN_MS,
    max: connections,
    idleTimeoutMillis: 60_000,
  });
  // An idle connection that breaks is dropped by the pool; whoever asks next gets a new one.
  pool.on('error', () => undefined);
  return {
    connect: async () => {
      try {
        return sorted(await pool.connect());
      } catch (error) {
        throw sortError(error);
      }
    },
    end: () => pool.end(),
    options: pool.options,
  } as PostgresPool;
}

function sorted(client: pg.PoolClient): PostgresPoolClient {
  let broken = false;
  // Without a listener, a connection that dies between two queries would end the process.
  const onError = (): void => {
    broken = true;
  };
  client.on('error', onError);
  return {
    query: async (...args: unknown[]) => {
      try {
        return await (client.query as (...a: unknown[]) => Promise<unknown>).apply(client, args);
      } catch (error) {
        const known = sortError(error);
        broken ||= known instanceof LedgerUnavailable;
        throw known;
      }
    },
    release: () => {
      client.off('error', onError);
      client.release(broken);
    },
  } as PostgresPoolClient;
}

/** The error as the ledger's callers see it: without connection strings, with the original as cause. */
export function sortError(error: unknown): unknown {
  if (error instanceof LedgerUnavailable) return error;
  if (error instanceof pg.DatabaseError && !UNAVAILABLE.test(error.code ?? '')) return error;
  const says = error instanceof pg.DatabaseError ? 'cannot serve' : 'does not answer';
  return new LedgerUnavailable(`the ledger (PostgreSQL) ${says}: ${reason(error)}`, { cause: error });
}

function reason(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return reason(error.errors[0]);
  return error instanceof Error ? error.message : 'unknown reason';
}
