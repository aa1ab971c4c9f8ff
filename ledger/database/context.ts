import type { Kysely, Transaction } from 'kysely';
import type { Database } from './tables.ts';

/** What every part of the ledger works with. */
export interface LedgerContext {
  readonly db: Kysely<Database>;
  readonly deployment: string;
}

export type Queries = Kysely<Database> | Transaction<Database>;
