import { hostname, userInfo } from 'node:os';
import type { Command } from 'commander';
import { directories } from '../../embedded/paths.ts';
import type { Ledger } from '../../ledger/api.ts';
import { createLedger } from '../../ledger/create-ledger.ts';
import { LedgerRefused } from '../../ledger/errors.ts';
import { CliFailure } from '../failure.ts';
import { EXIT } from '../exit-code.ts';
import type { Io } from '../terminal/io.ts';
import { readLocal } from './local-gateway.ts';

export interface LedgerOption {
  readonly databaseUrl?: string;
  readonly deployment?: string;
}

/** For the commands that must work when no gateway does. */
export const databaseUrlOption = (command: Command): Command =>
  command
    .option(
      '--database-url <url>',
      'go straight to this PostgreSQL; else DATABASE_URL, or the one of "nightshift up"',
    )
    .option('--deployment <name>', 'the deployment’s name, with --database-url');

/**
 * Works on the ledger without a gateway, and says on which. `by` names the operating system's user, because nobody else
 * was authenticated. What `nightshift up` left here counts only where no other gateway is named: a stop button that
 * worked on the wrong deployment would say that it had worked.
 */
export async function withLedger<T>(
  io: Io,
  given: LedgerOption,
  work: (ledger: Ledger, by: string) => Promise<T>,
): Promise<T> {
  const elsewhere = io.env['NIGHTSHIFT_URL'];
  const local = elsewhere ? undefined : await readLocal(directories(io.env).state);
  const databaseUrl = given.databaseUrl ?? io.env['DATABASE_URL'] ?? local?.databaseUrl;
  const deployment = given.deployment ?? io.env['NIGHTSHIFT_DEPLOYMENT'] ?? local?.deployment;
  if (!databaseUrl) {
    throw new CliFailure(
      EXIT.unreachable,
      `no gateway answers${elsewhere ? ` at ${elsewhere}` : ''}, and its database is not known here`,
      { next: 'pass --database-url postgres://... and --deployment NAME of the deployment' },
    );
  }
  if (!deployment) {
    throw new CliFailure(EXIT.usage, 'a database was named, but not the deployment whose ledger is meant', {
      next: 'pass --deployment NAME, as in nightshift.config.ts',
    });
  }
  const options = { databaseUrl, deployment, connections: 2, schema: 'existing' } as const;
  const ledger = await createLedger(options).catch((cause: unknown) => {
    if (cause instanceof LedgerRefused) throw cause;
    throw new CliFailure(EXIT.unreachable, `the ledger cannot be reached: ${(cause as Error).message}`, {
      cause,
      next: '"nightshift doctor" looks at PostgreSQL',
    });
  });
  io.stderr.write(`On the ledger of "${deployment}" at ${hostOf(databaseUrl)}, without a gateway.\n`);
  try {
    return await work(ledger, `${userInfo().username}@${hostname()} (at the database)`);
  } finally {
    await ledger.close();
  }
}

const hostOf = (databaseUrl: string): string =>
  URL.canParse(databaseUrl) ? new URL(databaseUrl).host : 'the given database';
